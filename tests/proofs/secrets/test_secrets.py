"""No secret is shown: planted in every field, document, argument and answer, it is found in the request alone."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from linode_orm import Client, LinodeORMError, Session, models, sessionmaker
from linode_orm._secrets import SecretText, is_secret, masked, stripped
from linode_orm.mapping.codecs import NO_HOLDER
from linode_orm.session.commit.policy import CONFLICTS
from tests.models.calling import identity
from tests.proofs.secrets.planting import (
    MARK,
    OTHER,
    Planter,
    Refusing,
    answered,
    chained_texts,
    logged,
    made,
    secrets_in,
    shown,
    where,
)

if TYPE_CHECKING:
    from pathlib import Path

    from linode_orm.wire import Request

pytestmark = pytest.mark.filterwarnings("ignore::linode_orm.UnknownValue")  # what is planted is no documented value
ALL = [getattr(models, name) for name in models.INDEX]
ACCOUNT = {"euuid": "A1", "username": "someone"}
TOKEN = f"{MARK}-of-the-client"


def account_only(request: Request) -> Any:
    return ACCOUNT if request.path in {"/account", "/profile"} and request.method == "GET" else None


def opened(transport: Refusing, **options: Any) -> Session:
    return Session(client=Client(TOKEN, transport=transport, deadline=1, timeout=1), **options)


def ended(run: Any) -> BaseException | None:
    """Return the error of the library that a call ends with; every other one passes."""
    try:
        run()
    except LinodeORMError as error:
        return error
    return None


def creating(model: Any, folder: Path) -> tuple[dict[str, str], int]:
    """Plan and commit a creation that is refused; return all that is shown meanwhile, and how much was planted."""
    planter, transport = Planter(), Refusing(account_only)
    _, parents = identity(model.__mapper__)
    with logged() as log, opened(transport, journal=folder / "journal") as session:
        new = made(planter, model)
        if model.__mapper__.parent_attribute and parents:
            setattr(new, model.__mapper__.parent_attribute, parents[-1] if len(parents) == 1 else parents)
        session.add(new)
        plan = session.plan()
        plan.save(folder / "plan.json")
        error = ended(session.commit)
        assert error is not None
        assert transport.writes == 1
        assert planter.used <= secrets_in(transport.sent), "the request lacks some"
        places = {
            "plan": str(plan), "plan as JSON": json.dumps(plan.to_dict()), "steps": repr(list(plan)), "object": shown(new),
            "error": chained_texts(error), "log": log.getvalue(), "session": repr(session),
            **{each.name: each.read_bytes().decode("latin-1") for each in folder.iterdir()},
        }  # fmt: skip
    return places | {
        f"{each.name} later": each.read_bytes().decode("latin-1") for each in folder.iterdir()
    }, planter.planted


CREATED = [each for each in ALL if "create" in each.__mapper__.verbs and not each.__mapper__.singleton]


def test_what_is_created(tmp_path: Path, tell) -> None:
    """Plans, plan files, journals, errors, frames, pickles and logs of a creation show none of its secrets."""
    planted = 0
    for model in CREATED:
        folder = tmp_path / model.__name__
        folder.mkdir()
        places, number = creating(model, folder)
        planted += number
        assert where(places) == [], model.__name__
    assert planted > 100
    tell(f"secrets planted in creations of {len(CREATED)} classes: {planted}, 0 found")


def test_what_is_answered(tell) -> None:
    """Objects of answers show none of their secrets."""
    planted = 0
    for model in ALL:
        planter = Planter()
        body = answered(planter, model)
        own, parents = identity(model.__mapper__)
        with opened(Refusing(lambda request, body=body: body if request.method == "GET" else None)) as session:
            instance = session._parts.owner.reference(model, own, parents, None)
            error = ended(lambda: session._parts.owner.load(instance, ""))  # noqa: B023  called at once
            for field in model.__mapper__.fields.values():
                ended(lambda field=field: getattr(instance, field.name))  # noqa: B023  called at once
            places = {"object": shown(instance), "error": chained_texts(error) if error else ""}
        assert where(places) == [], model.__name__
        planted += planter.planted
    tell(f"secrets planted in answers of {len(ALL)} classes: {planted}, 0 found")


def changing(model: Any, folder: Path, conflicts: Any) -> tuple[dict[str, str], int, BaseException | None]:
    """Change all that a PUT takes of an object that another writer changes too; return what is shown, planted, raised."""
    planter, bodies = Planter(OTHER), [answered(Planter(), model), answered(Planter(), model)]
    own, parents = identity(model.__mapper__)

    def read(request: Request) -> Any:
        if request.method != "GET":
            return None
        is_account = request.path in {"/account", "/profile"} and model.__name__ not in {"Account", "Profile"}
        return ACCOUNT if is_account else bodies.pop(0) if len(bodies) > 1 else bodies[0]

    with logged() as log, opened(Refusing(read), journal=folder / "journal", conflicts=conflicts) as session:
        instance = session._parts.owner.reference(model, own, parents, None)
        ended(lambda: session._parts.owner.load(instance, ""))
        for field in CHANGED[model]:
            value = planter.value(field, "update")
            setattr(instance, field.name, field.codec.decode(value, NO_HOLDER, ""))
        plan = session.plan()
        plan.save(folder / "plan.json")
        error = ended(session.commit)
        places = {
            "plan": str(plan), "plan as JSON": json.dumps(plan.to_dict()), "steps": repr(list(plan)), "object": shown(instance),
            "error": chained_texts(error) if error else "", "conflicts": repr(getattr(error, "conflicts", "")),
            "log": log.getvalue(), **{each.name: each.read_bytes().decode("latin-1") for each in folder.iterdir()},
        }  # fmt: skip
    later = {f"{each.name} later": each.read_bytes().decode("latin-1") for each in folder.iterdir()}
    return places | later, planter.planted, error


CHANGED = {
    each: [field for field in each.__mapper__.fields.values() if field.mutable]
    for each in ALL
    if "update" in each.__mapper__.verbs
}


@pytest.mark.parametrize("conflicts", CONFLICTS)
def test_what_is_changed(tmp_path: Path, tell, conflicts: str) -> None:
    """Plans, plan files, journals, errors, conflicts, frames, pickles and logs of changes show no secret of either side."""
    planted, failed = 0, 0
    for model in CHANGED:
        folder = tmp_path / model.__name__
        folder.mkdir()
        places, number, error = changing(model, folder, conflicts)
        assert where(places) == [], model.__name__
        planted, failed = planted + number, failed + (error is not None)
    assert failed > len(CHANGED) // 2
    tell(f"secrets planted in changes of {len(CHANGED)} classes ({conflicts}): {planted}, 0 found")


def arguments(planter: Planter, operation: Any, model: Any) -> dict[str, Any]:
    """Return an argument of each action's body, secrets in those that may hold one."""
    hints = getattr(model, operation.name).__annotations__
    given: dict[str, Any] = {}
    declared = model.__mapper__.secret_keys | operation.secret
    for name, key in operation.body.items():
        hint = hints.get(name, "")
        if is_secret(key, "", declared):
            given[name] = planter.secret() if "str" in hint else {"anything": planter.secret()}
        elif hint.startswith(("Mapping", "dict")):
            given[name] = planter.document()
        elif hint.startswith("Sequence[Mapping"):
            given[name] = [planter.document()]
        elif name in operation.required:
            given[name] = [] if hint.startswith("Sequence") else 7 if "int" in hint else True if hint == "bool" else "x"
    if "bool" in str([hints.get(name) for name in given]):
        given = {name: True if hints.get(name, "").startswith("bool") else each for name, each in given.items()}
    return given


def test_what_actions_are_given(tell) -> None:
    """Errors of actions show none of what they were given: no text, no pickle, no frame."""
    planted, calls = 0, 0
    for model in ALL:
        own, parents = identity(model.__mapper__)
        for operation in model.__mapper__.operations.values():
            planter, transport = Planter(), Refusing(lambda _: None)
            given = arguments(planter, operation, model)
            if not planter.planted:
                continue
            with logged() as log, opened(transport) as session:
                target = (
                    model
                    if operation.scope == "collection"
                    else session._parts.owner.reference(model, own, parents, None)
                )
                first = [session] if operation.scope == "collection" else []
                method = getattr(target, operation.name)
                in_place = [
                    given.pop(name)
                    for name in list(given)
                    if name not in (getattr(model, operation.name).__kwdefaults__ or given)
                ]
                error = ended(lambda: method(*first, *in_place, **given))  # noqa: B023  called at once
                assert error is not None, operation
                assert transport.writes, operation
                if operation.name != "metrics":  # its first request, for a token, is refused already
                    assert secrets_in([given, in_place]) <= secrets_in(transport.sent), operation
                places = {"error": chained_texts(error), "log": log.getvalue()}
            assert where(places) == [], (model.__name__, operation.name)
            planted, calls = planted + planter.planted, calls + 1
    assert calls > 10
    tell(f"secrets planted in arguments of {calls} actions: {planted}, 0 found")


def test_what_actions_answer(tell) -> None:
    """Answers of actions show none of their secrets, and their attributes give them."""
    planted, calls = 0, 0
    for model in ALL:
        own, parents = identity(model.__mapper__)
        for operation in model.__mapper__.operations.values():
            planter = Planter()
            gives = operation.gives or (getattr(models, operation.answers, None) if operation.answers else None)
            parts = {key: answered(planter, getattr(models, name)) for key, name in operation.parts.items()}
            body = answered(planter, gives) if gives is not None else parts or planter.document()
            with opened(Refusing(lambda _, body=body: body)) as session:
                target = (
                    model
                    if operation.scope == "collection"
                    else session._parts.owner.reference(model, own, parents, None)
                )
                found: list[Any] = []
                names = {name: "x" for name in operation.required if f"{{{name}}}" in operation.path}
                if (
                    any(f"{{{name}}}" in operation.path and name not in names for name in model.__mapper__.placeholders)
                    and operation.scope == "collection"
                ):
                    continue
                error = ended(lambda: found.append(session._parts.owner.act(target, operation, names)))  # noqa: B023  called at once
                places = {"error": chained_texts(error) if error else "", "answer": "".join(map(shown, found))}
            if operation.answers not in {"bytes", "strings"}:
                assert where(places) == [], (model.__name__, operation.name)
            planted, calls = planted + planter.planted, calls + 1
    tell(f"secrets planted in answers of {calls} actions: {planted}, 0 found")


WRONG = {
    "Client": (Client, {"timeout": "soon"}),
    "Client of no address": (Client, {"base_url": "http://example.org"}),
    "Session": (Session, {"volatile_ttl": "soon"}),
    "Session of no address": (Session, {"base_url": "http://example.org"}),
    "Session with an option that there is not": (Session, {"lasy": "raise"}),
    "sessionmaker": (sessionmaker, {"lasy": "raise"}),
    "sessionmaker, when it is called": (sessionmaker(lazy="batch"), {"volatile_ttl": "soon"}),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_made_with_a_token(name: str) -> None:
    """An error about another option shows no token: no text, no pickle, no frame."""
    make, options = WRONG[name]
    with pytest.raises((LinodeORMError, TypeError, ValueError)) as caught:
        make(token=TOKEN, **options)
    assert where({"error": chained_texts(caught.value)}) == []


@pytest.mark.parametrize("make", [Client, Session, sessionmaker])
def test_what_holds_a_token(make: Any) -> None:
    """It shows none, and is pickled nowhere."""
    made_of_it = make(token=TOKEN)
    assert where({"repr": repr(made_of_it), "text": str(made_of_it)}) == []
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(made_of_it)


class TestTheRule:
    """One rule says which keys name secrets."""

    @pytest.mark.parametrize(
        "key",
        [
            "password", "db_password", "Passwd", "client_secret", "token", "X-Auth-Token", "Authorization", "passphrase",
            "private_key", "secret_key", "ssl_key", "api_key", "X-API-Key", "access_key_secret",
        ],
    )  # fmt: skip
    def test_secrets(self, key: str) -> None:
        """Keys that end in one of its words do, whatever their case and their dashes."""
        assert is_secret(key, "x")
        assert is_secret(key, ["x"])

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("token_id", "x"), ("token_uuid", "x"), ("public_key", "x"), ("ssh_key", "x"), ("password_created", "x"),
            ("has_password", True), ("password", None), ("tokens", "x"), ("label", "x"),
        ],
    )  # fmt: skip
    def test_others(self, key: str, value: object) -> None:
        """Ids, public keys, truth values and null are none."""
        assert not is_secret(key, value)

    def test_copies(self) -> None:
        """Masking and stripping leave the original as it is, and reach any depth."""
        value = {"a": [{"api_key": "x", "b": 1}], "token": {"c": "y"}}
        assert masked(value) == {"a": [{"api_key": "***", "b": 1}], "token": "***"}
        assert stripped(value) == {"a": [{"b": 1}]}
        assert value["token"] == {"c": "y"}

    def test_the_exceptions_are_declared(self) -> None:
        """Of declared fields whose names say that they are secrets only ids are none."""
        open_ones = {
            f"{model.__name__}.{field.name}"
            for model in ALL
            for field in model.__mapper__.fields.values()
            if is_secret(field.key, "x") and not field.is_secret
        }
        assert open_ones == {"EntityTransfer.token", "ServiceTransfer.token"}


def test_secret_text() -> None:
    """It is a string in every way but its repr and its pickle."""
    import copy

    text = SecretText("hunter2")
    assert text == "hunter2"
    assert f"{text}" == str(text) == "hunter2"
    assert repr({"a": [text, text[:3]]}) == "{'a': [***, ***]}"
    assert pickle.loads(pickle.dumps(text)) == "***"
    assert copy.deepcopy(text) == copy.copy(text) == "hunter2"
    assert json.dumps(text) == '"hunter2"'
