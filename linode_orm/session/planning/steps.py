"""Draft steps: the requests that each object needs, before they have an order."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping import Model
from linode_orm.mapping.model import resource
from linode_orm.mapping.record import changes, value_of
from linode_orm.mapping.references import objects_of
from linode_orm.mapping.state import Status, state_of
from linode_orm.mapping.values import ABSENT
from linode_orm.session.planning import payloads
from linode_orm.session.planning.compensating_plan import lasting
from linode_orm.session.planning.natural_keys import is_natural
from linode_orm.session.planning.ordering import Strength, Wait
from linode_orm.session.planning.placeholders import Hidden, Pending, fill, with_tokens
from linode_orm.session.planning.plan import Key, NestedCreate, Step
from linode_orm.session.planning.seen import checksums

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linode_orm.mapping.mapper import Mapper
    from linode_orm.session.planning.plan import Operation, Token

    NameOf = Callable[[Model], str]

_METHODS: Final = {"create": "POST", "delete": "DELETE"}
_NOTHING = payloads.Payload(None, (), frozenset())


class DraftStep:
    """A request of a plan that is being made; `waits` are the other requests that it waits for, with the reasons.

    `nested` are the drafts of the new objects inside its body: the place of each, and whether the answer shows it.
    """

    __slots__ = ("body", "in_doubt", "instance", "method", "nested", "operation", "parents", "path", "token", "waits")

    def __init__(  # noqa: PLR0913, PLR0917  the facts of one request
        self,
        operation: Operation,
        instance: Model,
        token: Token,
        path: str,
        parents: tuple[object, ...],
        body: payloads.Payload = _NOTHING,
    ) -> None:
        self.operation: Operation = operation
        self.method = _METHODS.get(operation, "PUT")
        self.instance = instance
        self.token = token
        self.path = path
        self.parents = parents
        self.body = body
        self.in_doubt = False
        self.waits: dict[int, Wait] = {}
        self.nested: list[tuple[tuple[str | int, ...], DraftStep, bool]] = []

    def wait_for(self, other: int, why: str, strength: Strength = Strength.CERTAIN) -> None:
        """Record that the draft waits for another one; the strongest reason stays."""
        known = self.waits.get(other)
        if known is None or known.strength < strength:
            self.waits[other] = Wait(why, strength)

    @property
    def sent(self) -> dict[str, Any]:
        """The body, if it is an object, or else an empty one."""
        return cast("dict[str, Any]", self.body.content) if isinstance(self.body.content, dict) else {}

    def nest(self, child: DraftStep, key: str, *, is_answered: bool) -> None:
        """Put another creation into the list `key` of this one's body."""
        siblings = self.sent.setdefault(key, [])
        place = (key, len(siblings))
        siblings.append(fill(child.body.content, lambda each: _moved(each, place)))
        self.body = self.body._replace(secret_keys=self.body.secret_keys | child.body.secret_keys)
        self.nested.append((place, child, is_answered))

    def everyone(self) -> tuple[DraftStep, ...]:
        """Return the draft and the drafts that are nested in it, at any depth."""
        if not self.nested:
            return (self,)
        return (self, *(each for _, child, _ in self.nested for each in child.everyone()))

    def nested_creates(self, above: tuple[str | int, ...] = ()) -> Iterator[NestedCreate]:
        """Yield the nested creates, each before those that are nested in it."""
        for at, child, is_answered in self.nested:
            name, shown, place = child.instance.__mapper__.name, name_in_parent(child.instance), (*above, *at)
            token, changed = str(child.token), child.body.changes
            yield NestedCreate(token, name, shown, place, child.path, child.parents, changed, is_answered)
            yield from child.nested_creates(place)

    def step(self, number: int, depends_on: tuple[int, ...]) -> Step:
        """Return the step of the plan that the draft becomes."""
        mapper, body = self.instance.__mapper__, state_of(self.instance).body
        return Step(
            number=number,
            operation=self.operation,
            token=self.token,
            model=mapper.name,
            title=title(self.instance),
            method=self.method,
            path=self.path,
            version=mapper.version,
            parents=self.parents,
            body=self.body.content,
            changes=self.body.changes,
            secret_keys=self.body.secret_keys,
            depends_on=depends_on,
            in_doubt=self.in_doubt,
            lasting=lasting(self.operation, type(self.instance), self.body.changes),
            nested_creates=tuple(self.nested_creates()) if self.nested else (),
            seen=checksums(mapper, body) if self.operation == "delete" else (),
        )


def _moved(placeholder: Pending | Hidden, place: tuple[str | int, ...]) -> Pending | Hidden:
    return Hidden((*place, *placeholder.path)) if isinstance(placeholder, Hidden) else placeholder


def title(instance: Model) -> str:
    """Return what people call an object: `Instance 5 'web'`, `new Volume 'data'`, `Disk 'boot' of Instance 'web'`.

    Of a changed label it is the old one. A child is named by what is known of it and of what it belongs to; by ids
    where no name is known.
    """
    mapper = instance.__mapper__
    if mapper.parent_attribute and not mapper.singleton:
        return f"{name_in_parent(instance)} of {_parent_name(instance)}"
    shown = f"new {mapper.name}" if state_of(instance).is_new else instance.__describe__()
    name = _name(instance)
    return shown if name is None else f"{shown} {name!r}"


def name_in_parent(instance: Model) -> str:
    """Return what people call a child beside its siblings, with its id only where it has no name."""
    state, mapper = state_of(instance), instance.__mapper__
    shown = f"new {mapper.name}" if state.is_new else mapper.name
    kind = _known(instance, "type") if "type" in mapper.fields else None
    shown = f"{shown} {kind}" if isinstance(kind, str) else shown
    name = _name(instance)
    if name:
        return f"{shown} {name!r}"
    port = _known(instance, "port") if "port" in mapper.fields else None
    if isinstance(port, int):
        return f"{shown} on port {port}"
    return shown if state.is_new else f"{shown} {state.identity}"


def _parent_name(instance: Model) -> str:
    parent = parent_of(instance) or getattr(instance, str(instance.__mapper__.parent_attribute))
    if parent.__mapper__.parent_attribute:
        return title(parent)
    name = _name(parent)
    return f"{parent.__mapper__.name} {name!r}" if name else title(parent)


def _name(instance: Model) -> str | None:
    """Return the name that people gave an object; None where it has none that is known."""
    mapper, body = instance.__mapper__, state_of(instance).body
    for name in ("label", "domain", "name"):
        field = mapper.fields.get(name)
        if field is not None and name not in mapper.id_names and not field.is_write_only:
            value = body.get(field.key) or value_of(instance, name)
            if isinstance(value, str):
                return value
    return None


def _known(instance: Model, name: str) -> object:
    """Return a value as the API has it, or as it was assigned; sends nothing."""
    return state_of(instance).body.get(instance.__mapper__.fields[name].key) or value_of(instance, name)


def key_of(instance: Model) -> Key:
    """Return the key of an object that exists."""
    state = state_of(instance)
    return Key(instance.__mapper__.name, state.identity, state.parents)


def ancestors(instance: Model) -> Iterator[Key]:
    """Yield the keys of the parents of an object, from the nearest out."""
    mapper, chain = instance.__mapper__, state_of(instance).parents
    key = key_of(instance)
    while mapper.parent is not None and chain:
        mapper = resource(str(mapper.parent)).__mapper__
        if mapper.singleton:
            key = key._replace(model=mapper.name, identity=None, parents=chain)
        else:
            chain, own = chain[:-1], chain[-1]
            key = key._replace(model=mapper.name, identity=own, parents=chain)
        yield key


def parent_of(instance: Model) -> Model | None:
    """Return the parent that a child was given as an object."""
    parent = state_of(instance).pending_parent
    return parent if isinstance(parent, Model) else None


def needed(instance: Model) -> Iterator[tuple[str, Model]]:
    """Yield the objects that an object was given in place of an id, each with the name of the attribute."""
    parent = parent_of(instance)
    if parent is not None:
        yield str(instance.__mapper__.parent_attribute), parent
    for name, target in objects_of(instance):
        if isinstance(target, Model):
            yield instance.__mapper__.relation_names.get(name, name), target


def parents_of(instance: Model, name_of: NameOf) -> tuple[object, ...]:
    """Return the ids of an object's parents, with placeholders for those that are new."""
    mapper, parent = instance.__mapper__, parent_of(instance)
    if parent is None:
        if len(state_of(instance).parents) != mapper.parent_count:
            msg = f"{instance!r} needs its parent: assign .{mapper.parent_attribute or mapper.placeholders[-1]}"
            raise InvalidRequestError(msg)
        return state_of(instance).parents
    above = parents_of(parent, name_of)
    if parent.__mapper__.singleton:
        return above
    return (*above, Pending(name_of(parent)) if state_of(parent).is_new else state_of(parent).identity)


def for_new(instance: Model, name_of: NameOf) -> DraftStep:
    """Draft the creation of an object."""
    _check_needs(instance)
    parents = parents_of(instance, name_of)
    path = collection_path(instance.__mapper__, parents)
    return DraftStep("create", instance, name_of(instance), path, parents, payloads.for_create(instance, name_of))


def collection_path(mapper: Mapper, parents: tuple[object, ...]) -> str:
    """Return the path of a collection, with a placeholder for each parent that is new."""
    return with_tokens(mapper.collection_path(parents), parents)


def _check_needs(instance: Model) -> None:
    """Raise `InvalidRequestError` where an object refers to one that cannot be sent before it."""
    for name, target in needed(instance):
        status = state_of(target).status
        if status is Status.TRANSIENT:
            msg = f"{instance!r}.{name} is {target!r}, which is in no session: session.add() it too"
            raise InvalidRequestError(msg)
        if status is Status.DETACHED:
            msg = f"{instance!r}.{name} is {target!r}, which was deleted or has left its session"
            raise InvalidRequestError(msg)


def for_changed(instance: Model, name_of: NameOf) -> list[DraftStep]:
    """Draft the updates of an object: its own PUT, and one for each attribute that has a path of its own."""
    edits = changes(instance)
    if not edits:
        return []
    _check_needs(instance)
    mapper, state, key = instance.__mapper__, state_of(instance), key_of(instance)
    own, apart = payloads.to_send(instance, edits)
    if own and "update" not in mapper.verbs:
        names = ", ".join(own)
        msg = f"{instance!r}: {names} changed, but the API cannot update a {mapper.name}; rollback() takes it back"
        raise InvalidRequestError(msg)
    path = mapper.path_for(state.identity, state.parents)
    drafts = [
        DraftStep("replace", instance, key, f"{path}/{mapper.fields[name].written_by}", state.parents, body)
        for name in apart
        for body in [payloads.for_replace(instance, name, name_of)]
    ]
    if own:
        drafts.append(
            DraftStep("update", instance, key, path, state.parents, payloads.for_update(instance, own, name_of))
        )
    return drafts


def for_deleted(instance: Model) -> DraftStep:
    """Draft the deletion of an object."""
    state = state_of(instance)
    path = instance.__mapper__.path_for(state.identity, state.parents)
    return DraftStep("delete", instance, key_of(instance), path, state.parents)


@cache
def unique_names(mapper: Mapper) -> tuple[str, ...]:
    """Return the attributes that are unique in a collection, including an id that the user chooses."""
    chosen = (name for name in mapper.id_names if len(mapper.id_names) == 1 and is_natural(mapper, name))
    return tuple(dict.fromkeys((*mapper.unique, *chosen)))  # promise 2b: a key that its user chose is unique, too


class ValueScope(NamedTuple):
    """Where a value has to be unique: an attribute of the objects of one class below the same parents."""

    model: str
    parents: tuple[object, ...]
    attribute: str


def claims(draft: DraftStep) -> list[tuple[ValueScope, object, Model]]:
    """Return the unique values that a draft takes, each with where it is unique, and the object that takes it."""
    found: list[tuple[ValueScope, object, Model]] = []
    for each in draft.everyone():
        mapper = each.instance.__mapper__
        for change in each.body.changes:
            if change.name in unique_names(mapper) and isinstance(change.new, (str, int)):
                where = ValueScope(mapper.name, each.parents, change.name)
                found.append((where, _normal(mapper, change.name, change.new), each.instance))
    return found


def frees(draft: DraftStep) -> list[tuple[ValueScope, object]]:
    """Return the unique values that a draft frees, each with where it is unique; `ABSENT` for an unknown value."""
    found: list[tuple[ValueScope, object]] = []
    for each in draft.everyone():
        mapper = each.instance.__mapper__
        if each.operation == "delete":
            raw = state_of(each.instance).body
            for name in unique_names(mapper):
                value = raw.get(mapper.fields[name].key, ABSENT)
                if value is ABSENT or isinstance(value, (str, int)):  # an answer may hold anything there
                    found.append((ValueScope(mapper.name, each.parents, name), _normal(mapper, name, value)))
        elif each.operation != "create":
            for change in each.body.changes:
                if change.name in unique_names(mapper) and isinstance(change.old, (str, int)):
                    where = ValueScope(mapper.name, each.parents, change.name)
                    found.append((where, _normal(mapper, change.name, change.old)))
    return found


def _normal(mapper: Mapper, name: str, value: object) -> object:
    """Return a value as the API writes it, which is what has to be unique."""
    return value if value is ABSENT else mapper.fields[name].codec.normal(value)


def rekeys(draft: DraftStep) -> bool:
    """Whether a draft gives its object another id."""
    if draft.operation != "update":
        return False
    names = draft.instance.__mapper__.id_names
    for change in draft.body.changes:  # noqa: SIM110  asked about every update: `any` would take twice as long
        if change.name in names:
            return True
    return False
