"""The profile of the user: tokens, security questions and preferences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from linode_orm.simulator.hooks import after, answer, fill, instead

if TYPE_CHECKING:
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body

SHOWN: Final = 16


@fill("/profile/tokens")
def _token(call: Call) -> None:
    secret = f"{int(call.draft['id']):064x}"[::-1]
    call.draft["token"] = secret[:SHOWN]
    call.draft["scopes"] = call.draft["scopes"] or "*"
    call.draft["expiry"] = call.draft["expiry"] or "2999-12-12T05:00:00"
    call.hidden["once"] = {"token": secret}


@after("POST /profile/tokens")
def _token_is_good(call: Call) -> None:
    call.state.tokens[call.item.hidden["once"]["token"]] = call.item


@fill("/profile")
def _profile(call: Call) -> None:
    call.draft.update(username=call.state.username, email="simulated@example.com", timezone="UTC", restricted=False)


@instead("GET /profile/grants")
def _grants(call: Call) -> bytes:
    """Answer an unrestricted user with 204 and no body (`TestGrantsList#0`)."""
    del call
    return b""


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
