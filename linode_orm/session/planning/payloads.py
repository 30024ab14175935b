"""Bodies: what of an object goes into a POST or a PUT, with placeholders for new ids and for secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from linode_orm._secrets import is_secret
from linode_orm.errors import InvalidRequestError
from linode_orm.mapping import Model
from linode_orm.mapping.answer_places import value_at
from linode_orm.mapping.masking import masked_value
from linode_orm.mapping.record import (
    assigned_in,
    changes,
    edits_of,
    encoded_value,
    pending_reference,
    raw_value,
    value_of,
)
from linode_orm.mapping.references import AnswerValue, ObjectId, identity_of, is_object
from linode_orm.mapping.relations import Many
from linode_orm.mapping.state import state_of
from linode_orm.mapping.values import ABSENT
from linode_orm.session.planning.placeholders import Hidden, Pending, PendingName, PendingValue
from linode_orm.session.planning.plan import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from linode_orm.mapping import Nested
    from linode_orm.mapping.edits import Edit
    from linode_orm.mapping.fields import Kind
    from linode_orm.mapping.record import Record

    NameOf = Callable[[Model], str]


class Payload(NamedTuple):
    """The body of one request, what it changes, and the keys in it whose values are secret."""

    content: object
    changes: tuple[Change, ...]
    secret_keys: frozenset[str]


def for_create(instance: Model, name_of: NameOf) -> Payload:
    """Give what a POST sends: every attribute that was set."""
    mapper, dressing = instance.__mapper__, _Dressing("create", name_of)
    edits = changes(instance)
    content: dict[str, object] = {}
    given: list[Change] = []
    for name, field in mapper.fields.items():
        if name in edits and field.createable:
            content[field.key] = dressing.field(instance, field)
            given.append(Change(name, field.key, ABSENT, content[field.key]))
    for relation in mapper.relations.values():
        if isinstance(relation, Many) and relation.given(instance) is not ABSENT:
            secret = cast("type[Model]", relation.model).__mapper__.secret_keys
            given_children = dressing.hidden(relation.given(instance), secret, (relation.create_key,))
            content[relation.create_key] = dressing.resolved(given_children)
    return Payload(content, tuple(given), dressing.secret_keys)


def check_complete(instance: Model, content: Collection[str]) -> None:
    """Raise `InvalidRequestError` where the body of a POST lacks an attribute that it has to have."""
    fields = instance.__mapper__.fields
    missing = [field.shown_name for field in fields.values() if field.required and field.key not in content]
    if missing:
        msg = f"{instance!r} cannot be created without {', '.join(missing)}; assign before the commit"
        raise InvalidRequestError(msg)


def for_update(instance: Model, names: Collection[str], name_of: NameOf) -> Payload:
    """Give what a PUT of the object sends: the changed attributes, and those that no PUT may lack."""
    mapper, dressing = instance.__mapper__, _Dressing("update", name_of)
    content: dict[str, object] = {}
    given: list[Change] = []
    for name in names:
        field = mapper.fields[name]
        change = _change(instance, field, dressing)
        given.append(change)
        content[field.key] = change.new
        if field.merged:
            content[field.key] = field.codec.only_changed(change.new, change.old)
    for field in mapper.required_in_updates:
        if field.name not in names:
            content[field.key] = _required_value(instance, field)
    return Payload(content, tuple(given), dressing.secret_keys)


def for_replace(instance: Model, name: str, name_of: NameOf) -> Payload:
    """Give what a PUT sends whose whole body is the value of one attribute."""
    dressing = _Dressing("update", name_of)
    change = _change(instance, instance.__mapper__.fields[name], dressing)
    return Payload(change.new, (change,), dressing.secret_keys)


def to_send(instance: Model, edits: dict[str, Edit]) -> tuple[list[str], list[str]]:
    """Part the changed attributes into those of the object's PUT and those with a PUT of their own."""
    fields = instance.__mapper__.fields
    for name in edits:
        if not fields[name].mutable:
            why = fields[name].refusal(instance)
            msg = f"{instance!r}.{name} was changed in place, and it {why}; session.rollback() takes it back"
            raise InvalidRequestError(msg)
    apart = [name for name in edits if fields[name].written_by]
    own = [name for name in edits if name not in apart]  # promise 1a: only what changed
    return own if len(own) < 2 else [name for name in fields if name in own], apart  # noqa: PLR2004  one has an order


def is_unreadable(record: Record, field: Kind[Any]) -> bool:
    """Whether the server's value of a field is of another type than the declared one: it is sent back as it came."""
    is_theirs = not field.is_secret and field.name not in edits_of(record)
    return is_theirs and value_of(record, field.name, ABSENT) is ABSENT and raw_value(record, field.name) is not ABSENT


def resolve_secret(instance: Model, hidden: Hidden, verb: str) -> object:
    """Give the secret that a placeholder in the body of a `create` or an `update` stands for."""
    key, *path = hidden.path
    field = instance.__mapper__.keys.get(str(key))
    value: Any = _given(instance, str(key)) if field is None else _body_value(instance, field, verb)
    for step in path:
        value = value[step]
    return _with_ids(value)


def _with_ids(value: object) -> object:
    """Return a value with ids in place of the objects that stand in it, which exist by now."""
    if isinstance(value, AnswerValue):
        return value_at(state_of(value.__target__).body, value.__place__)
    if isinstance(value, ObjectId) or is_object(value):
        return value.value if isinstance(value, ObjectId) else identity_of(value)
    if isinstance(value, dict):
        return {key: _with_ids(each) for key, each in value.items()}
    return [_with_ids(each) for each in value] if isinstance(value, list) else value


def _body_value(instance: Model, field: Kind[Any], verb: str) -> object:
    """Return the JSON of a field's value as the body of a `create` or an `update` takes it."""
    return field.codec.trim(encoded_value(instance, field.name), verb)


def _given(instance: Model, key: str) -> Any:  # noqa: ANN401  JSON
    """Give the children that stand under a key of the body as plain dicts."""
    relations = instance.__mapper__.relations.values()
    return next(each.given(instance) for each in relations if isinstance(each, Many) and each.create_key == key)


def _change(instance: Model, field: Kind[Any], dressing: _Dressing) -> Change:
    new = dressing.field(instance, field)
    old = raw_value(instance, field.name)
    # The old secret is as unreadable as the new one.
    if isinstance(new, Hidden):
        old = ABSENT
    elif old is not ABSENT:
        old = masked_value(field, field.codec.trim(old, "update"))
    edit = edits_of(instance).get(field.name)
    if edit is None or edit.exact:
        return Change(field.name, field.key, old, new)
    assigned = tuple(assigned_in(instance, field.name)) if field.codec.mutable else ()
    return Change(field.name, field.key, old, new, is_set_edit=True, assigned=assigned)


def _required_value(instance: Model, field: Kind[Any]) -> object:
    raw = raw_value(instance, field.name)
    if raw is ABSENT:
        msg = (
            f"{instance!r}: no PUT may lack {field.name!r}, and it was never read; "
            f"session.refresh(x) reads it, or assign it too"
        )
        raise InvalidRequestError(msg)
    return field.codec.trim(raw, "update")


class _Dressing:
    """Puts placeholders into encoded values, and takes out what no body should hold."""

    __slots__ = ("name_of", "secret_keys", "verb")

    def __init__(self, verb: str, name_of: NameOf) -> None:
        self.verb = verb
        self.name_of = name_of
        self.secret_keys: frozenset[str] = frozenset()

    def field(self, record: Record, field: Kind[Any], path: tuple[str | int, ...] = ()) -> object:
        """Give one field's value as a body holds it."""
        target = pending_reference(record, field.name)
        if isinstance(target, Model):
            return self.reference(target, as_text=not field.codec.accepts(1))
        if isinstance(target, AnswerValue):
            return self.answer_value(target)
        if field.is_secret:
            self.secret_keys |= {field.key}
            return Hidden((*path, field.key))
        raw = field.codec.trim(encoded_value(record, field.name), self.verb)
        if isinstance(raw, (str, int, float)):  # nothing is inside it: no secret, and no object
            return raw
        if field.codec.nested:
            raw = field.codec.map_objects(value_of(record, field.name), raw, self.nested, (*path, field.key))
        else:
            raw = self.hidden(raw, frozenset(), (*path, field.key))
        return self.resolved(raw)

    def resolved(self, raw: object) -> object:
        """Return a value with ids, or placeholders for ids, in place of the objects that stand in it."""
        if isinstance(raw, ObjectId):
            return self.reference(cast("Model", raw.target), as_text=raw.as_text)
        if isinstance(raw, AnswerValue):
            return self.answer_value(raw)
        if isinstance(raw, Model):
            return self.reference(raw)
        if isinstance(raw, dict):
            return {key: self.resolved(each) for key, each in raw.items()}
        return [self.resolved(each) for each in raw] if isinstance(raw, list) else raw

    def hidden(self, value: object, declared: frozenset[str], path: tuple[str | int, ...]) -> object:
        """Put placeholders for secrets into a document: those under `declared` keys, and those that their keys name."""
        if isinstance(value, list):
            return [self.hidden(each, declared, (*path, at)) for at, each in enumerate(value)]
        if not isinstance(value, dict):
            return value
        self.secret_keys |= {key for key, each in value.items() if is_secret(key, each, declared)}
        return {
            key: Hidden((*path, key)) if is_secret(key, each, declared) else self.hidden(each, declared, (*path, key))
            for key, each in value.items()
        }

    def reference(self, target: Model, *, as_text: bool = False) -> object:
        """Return the id of an object, or a placeholder for it; of an id that its user chose the last part."""
        state, names = state_of(target), target.__mapper__.id_names
        if not state.is_new:
            identity = state.identity[-1] if isinstance(state.identity, tuple) else state.identity
            return str(identity) if as_text else identity
        if len(names) > 1:
            return value_of(target, names[-1])
        return (PendingName if as_text else Pending)(self.name_of(target))

    def answer_value(self, value: AnswerValue) -> object:
        """Return a placeholder for a value of an answer, or the value where the object exists by now."""
        target = cast("Model", value.__target__)
        if state_of(target).is_new:
            return PendingValue(self.name_of(target), value.__place__)
        known = value_at(state_of(target).body, value.__place__)
        if known is ABSENT:
            msg = f"{value!r} has no value: {target!r} exists by now, and shows none there; assign another value"
            raise InvalidRequestError(msg)
        return known

    def nested(self, record: Nested, raw: dict[str, object], path: tuple[str | int, ...]) -> object:
        """Dress a nested object: leaves that nobody set and the API left out stay out, masked ones too."""
        edits = edits_of(record)
        dressed: dict[str, object] = {}
        for field in record.__mapper__.fields.values():
            # The API masks some leaves and leaves others out; sending them back would set them to the mask, or refuse.
            is_theirs = field.name not in edits and (field.redacted or raw_value(record, field.name) is ABSENT)
            if is_theirs or not field.takes(self.verb):
                continue
            if is_unreadable(record, field):
                dressed[field.key] = self.hidden(raw[field.key], frozenset(), (*path, field.key))
            elif field.key in raw or pending_reference(record, field.name) is not None:
                dressed[field.key] = self.field(record, field, path)
        unknown = {key: each for key, each in raw.items() if key not in record.__mapper__.keys}
        return dressed | cast("dict[str, object]", self.hidden(unknown, frozenset(), path))
