"""The profile of the user: tokens, security questions and preferences."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, cast

from linode_orm.simulator.credentials import ALL, Credential
from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import after, answer, check, fill, instead
from linode_orm.simulator.permissions import forbidden
from linode_orm.simulator.scopes import allows

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body

SHOWN: Final = 16
FOREIGN: Final = ("proxy", "delegate")
"""Types of users who come from the parent account."""


@fill("/profile/tokens")
def _token(call: Call) -> None:
    secret = f"{int(call.draft['id']):064x}"[::-1]
    call.draft["token"] = secret[:SHOWN]
    call.draft["scopes"] = call.draft["scopes"] or "*"
    call.draft["expiry"] = call.draft["expiry"] or "2999-12-12T05:00:00"
    call.hidden["once"] = {"token": secret}


def _moment(text: object) -> datetime:
    """Return a moment that a body names, in UTC; refuse what is none."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        raise bad("Must be a valid date and time", "expiry") from None
    return found.astimezone(UTC) if found.tzinfo is not None else found.replace(tzinfo=UTC)


@check("POST /profile/tokens")
def _may_make_token(call: Call) -> None:
    """Refuse a token to a user of a parent account, and scopes that the token of the request does not have."""
    state = call.state
    user = state.get("User", state.username)
    if user is not None and user.body.get("user_type") in FOREIGN:
        raise forbidden()
    if call.given("expiry"):
        _moment(call.given("expiry"))
    wanted = str(call.given("scopes") or ALL)
    if not allows(state.caller.scopes, wanted.replace(" ", ",")):
        raise bad("You cannot create a token with more access than the token that you use.", "scopes")


@after("POST /profile/tokens")
def _token_is_good(call: Call) -> None:
    row = call.item
    credential = Credential(call.state.username, str(row.body["scopes"]), _moment(row.body["expiry"]), row)
    call.state.credentials.add(row.hidden["once"]["token"], credential)


@fill("/profile")
def _profile(call: Call) -> None:
    call.draft.update(email="simulated@example.com", timezone="UTC", restricted=False)
    call.draft.update(_of_user(call.state))


@answer("GET /profile")
def _shown(call: Call) -> Body:
    """Show what is said of the user elsewhere as it is now."""
    return {**call.item.body, **_of_user(call.state)}


@after("PUT /profile")
def _changed_in_users(call: Call) -> None:
    user = call.state.get("User", call.state.username)
    if user is not None:
        user.change(email=call.item.body["email"])


def _of_user(state: AccountState) -> Body:
    user = state.get("User", state.username)
    known = ("email", "restricted", "user_type", "verified_phone_number")
    shown = {key: user.body[key] for key in known if key in user.body} if user is not None else {}
    return {"user_type": state.user_type, **shown, "username": state.username}


@answer("POST /profile/tfa-enable")
def _tfa(call: Call) -> Body:
    return {"secret": "5FXX6KLACOC33GTC", "expiry": call.state.now}


@answer("POST /profile/tfa-enable-confirm")
def _confirmed(call: Call) -> Body:
    call.state.change(call.item, two_factor_auth=True)
    return {"scratch": "sample two factor scratch code"}


@answer("POST /profile/tfa-disable")
def _plain(call: Call) -> None:
    call.state.change(call.item, two_factor_auth=False)


@answer("POST /profile/phone-number")
def _phone(call: Call) -> None:
    call.item.hidden["phone"] = f"+{call.given('phone_number')}"


@answer("POST /profile/phone-number/verify")
def _verified(call: Call) -> None:
    call.state.change(call.item, verified_phone_number=call.item.hidden.get("phone"))


@answer("DELETE /profile/phone-number")
def _no_phone(call: Call) -> None:
    call.state.change(call.item, verified_phone_number=None)


QUESTIONS: Final = (
    "What was the name of your first pet?",
    "In what city were you born?",
    "What is your favourite food?",
)


@fill("/profile/security-questions")
def _questions(call: Call) -> None:
    asked = enumerate(QUESTIONS, start=1)
    call.draft["security_questions"] = [{"id": number, "question": text, "response": None} for number, text in asked]


@after("POST /profile/security-questions")
def _responded(call: Call) -> Body:
    """Answer with the questions and responses that were sent; a GET shows the other questions, too."""
    said = [each for each in call.given("security_questions") or () if isinstance(each, dict)]
    given = {each.get("question_id"): each.get("response") for each in said}
    texts = dict(enumerate(QUESTIONS, start=1))
    rows = [{"id": key, "question": text, "response": given.get(key)} for key, text in texts.items()]
    call.item.change(security_questions=rows)
    shown = {key: {"question_id": key, "response": said} for key, said in given.items()}
    return {
        "security_questions": [
            {**each, "security_question": texts.get(cast("int", key), "")} for key, each in shown.items()
        ]
    }


@instead("GET /profile/preferences")
def _preferences(call: Call) -> Body:
    """Return the preferences that clients have stored, whose keys are their own."""
    row = call.state.singleton(call.state.store.resources["Profile"], ())
    return dict(row.hidden.get("preferences", {}))


@instead("PUT /profile/preferences")
def _prefer(call: Call) -> Body:
    row = call.state.singleton(call.state.store.resources["Profile"], ())
    row.hidden["preferences"] = dict(call.body)
    return dict(call.body)
