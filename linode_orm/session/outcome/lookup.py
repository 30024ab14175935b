"""Lookup: which object of the API is the one whose creation was never answered."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from attrs import frozen

from linode_orm.errors import NotFound
from linode_orm.mapping.identity import identity_in
from linode_orm.mapping.model import resource
from linode_orm.session.loading.lists.listing import Listing
from linode_orm.session.loading.lists.pagination import ListReader
from linode_orm.session.outcome.resolve import LookupResult
from linode_orm.session.planning.natural_keys import enforced_key, is_natural
from linode_orm.session.planning.placeholders import Hidden, Pending, fill
from linode_orm.wire.api_time import ended
from linode_orm.wire.messages import Request

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from linode_orm.mapping import Model
    from linode_orm.mapping.codecs import Codec
    from linode_orm.mapping.mapper import Mapper
    from linode_orm.session.planning.plan import InDoubt
    from linode_orm.wire.api_time import ApiTime
    from linode_orm.wire.client import Client

    Body = dict[str, Any]

_NAMES: Final = ("label", "name", "title", "username", "domain", "summary", "address")
"""What people call an object: whatever else the API rewrites, it keeps these."""


@frozen(eq=False)
class LookupCriteria:
    """What is known of an object that was sent: its class, its parents, its body without secrets, and when.

    `known` are ids of other objects, which were known before it was sent; with `is_listed`, its collection had no
    others then. `until` is the time of the monotonic clock at which its last request had ended, 0 if it may be running.
    `to_be_deleted` are ids of objects that the user marked for deletion, and so knows as others.
    """

    model: type[Model]
    parents: tuple[object, ...]
    sent: Body
    since: ApiTime
    known: frozenset[object] = frozenset()
    is_listed: bool = False
    until: float = 0.0
    to_be_deleted: frozenset[object] = frozenset()

    @property
    def key(self) -> dict[str, object]:
        """The sent attributes of which the API allows each value once; empty if there are none."""
        return enforced_key(self.model.__mapper__, self.sent)

    @property
    def has_chosen_id(self) -> bool:
        """Whether the user chose the id, so that the path is known before the object exists."""
        return bool(self.key) and tuple(self.key) == self.model.__mapper__.id_names

    @property
    def path(self) -> str:
        """The path of the object with the id that the user chose."""
        values = tuple(self.key.values())
        return self.model.__mapper__.path_for(values[0] if len(values) == 1 else values, self.parents)

    @property
    def is_distinguishable(self) -> bool:
        """Whether anything tells the object from those that were there before."""
        mapper = self.model.__mapper__
        return "list" in mapper.verbs and (bool(self.key) or "created" in mapper.fields or self.is_listed)


def ids_in(client: Client, model: type[Model], parents: tuple[object, ...]) -> frozenset[object]:
    """Read the ids of a collection; 1 GET a page."""
    return frozenset(_identity(model.__mapper__, row) for row in rows(client, model, parents))


def criteria_for(
    in_doubt: InDoubt, parents: tuple[object, ...], to_be_deleted: frozenset[object] = frozenset()
) -> LookupCriteria:
    """Return what to look for if a creation is in doubt; `parents` are the ids of its parents."""
    step = in_doubt.step
    sent = cast("Body", in_doubt.sent if isinstance(in_doubt.sent, dict) else {})
    # a collection of which the parent is as new held nothing before
    is_listed = in_doubt.is_listed or any(isinstance(each, Pending) for each in step.parents)
    model = resource(step.model)
    return LookupCriteria(
        model, parents, sent, in_doubt.since, in_doubt.known, is_listed, in_doubt.until, to_be_deleted
    )


def look(client: Client, criteria: LookupCriteria, taken: Collection[object] = ()) -> LookupResult:
    """Look for an object by its enforced key, or else among the new ones of its collection; 1 GET, or one a page.

    `taken` are ids that other creations were answered with.
    """
    if criteria.key:
        found = _by_key(client, criteria)
        # The user deletes the object that has the key now: it is another one, and this one was never made.
        if found is None or _identity(criteria.model.__mapper__, found) in criteria.to_be_deleted:
            return LookupResult()
        # The key alone proves nothing: another client may have created an object with it in the meantime.
        differing = differences(criteria, found)
        if differing or not _is_new(client, criteria, found):
            what = f"its {', '.join(differing)} differ from what was sent" if differing else "it is older"
            return LookupResult(why=f"there is one with that key, but {what}: it may be somebody else's")
        return LookupResult(found)
    if not criteria.is_distinguishable:
        return LookupResult(why="nothing tells it from others that are alike")
    return _among_new(client, criteria, taken)


def alike(client: Client, criteria: LookupCriteria, there: Iterable[Body]) -> Body | None:
    """Return a row that may have been made of what was sent, and since then; None where nothing would tell that."""
    if not criteria.key and "created" not in criteria.model.__mapper__.fields:
        return None
    return next((row for row in there if not differences(criteria, row) and _is_new(client, criteria, row)), None)


def _by_key(client: Client, criteria: LookupCriteria) -> Body | None:
    mapper = criteria.model.__mapper__
    # The user chose the path: one GET tells, where a list may have many pages.
    if "get" in mapper.verbs and criteria.has_chosen_id:
        try:
            body = client.send(Request("GET", criteria.path, version=mapper.version)).json()
        except NotFound:
            return None
        identity_in(mapper, body, criteria.key)  # raises where it is no object
        return cast("Body", body)
    keys = {mapper.fields[name].key: value for name, value in criteria.key.items()}
    # The server filters where it can; every row is compared again, because filters of the API ignore case. What the API
    # writes in another form than it was sent is compared here alone.
    filterable = {
        key: value
        for key, value in keys.items()
        if mapper.keys[key].filterable and mapper.keys[key].codec.normal(value) == value
    }
    found = rows(client, criteria.model, criteria.parents, filterable)
    return next((row for row in found if has_key(mapper, keys, row)), None)


def has_key(mapper: Mapper, keys: Body, row: Body) -> bool:
    """Whether a row has the values of a key, as they were sent or as the API writes them."""
    return all(key in row and mapper.keys[key].codec.alike(value, row[key]) for key, value in keys.items())


def rows(
    client: Client, model: type[Model], parents: tuple[object, ...], x_filter: dict[str, Any] | None = None
) -> Iterator[Body]:
    """Yield the rows of a collection; 1 GET a page."""
    mapper = model.__mapper__
    path = mapper.collection_path(parents)
    listing = Listing(model, path, parents, cast("Any", x_filter), mapper.envelope)
    for page in ListReader(client, listing).pages():
        yield from page


def _among_new(client: Client, criteria: LookupCriteria, taken: Collection[object]) -> LookupResult:
    """Return the one new object that equals what was sent; say why if a new object might be it."""
    equal: list[Body] = []
    perhaps = 0
    for row in rows(client, criteria.model, criteria.parents):
        identity = _identity(criteria.model.__mapper__, row)
        # It was there before, is known as another object, or belongs to another creation of this run.
        if any(identity in those for those in (criteria.known, criteria.to_be_deleted, taken)) or not _is_new(
            client, criteria, row
        ):
            continue
        differing = differences(criteria, row)
        if not differing:
            equal.append(row)
        # The API rewrites some values. A new object with the same name may be the one that was sent, rewritten.
        elif not any(name in differing for name in _NAMES) and not _has_other_target(criteria, row):
            perhaps += 1
    # Of two that are equal one at least is another writer's: to take either would be a guess.
    if len(equal) == 1 and not perhaps:
        return LookupResult(equal[0])
    if not equal and not perhaps:
        return LookupResult()
    return LookupResult(why=f"{len(equal) + perhaps} new ones are alike, and nothing tells which it is")


def _identity(mapper: Mapper, row: Body) -> object:
    ids = tuple(row.get(mapper.fields[name].key) for name in mapper.id_names)
    return ids[0] if len(ids) == 1 else ids


def _has_other_target(criteria: LookupCriteria, row: Body) -> bool:
    """Whether a record has another target: several records of one name are usual."""
    mine, theirs = criteria.sent.get("target"), row.get("target")
    if not isinstance(mine, str) or not isinstance(theirs, str):
        return False
    # Of a target the API changes only the dot at the end and the case.
    return mine.rstrip(".").casefold() != theirs.rstrip(".").casefold()


def _is_new(client: Client, criteria: LookupCriteria, row: Body) -> bool:
    """Whether an object was created while the request may have run, as far as the clock of the API is known."""
    created = criteria.model.__mapper__.fields.get("created")
    moment = row.get(created.key) if created is not None else None
    if created is None or moment is None:
        return True
    when = created.codec.decode(moment, cast("Any", None), "created")
    if not isinstance(when, datetime):
        return True
    # Without a date of the API nothing bounds the end, and the object counts as new.
    end = ended(client, criteria.until)
    return when >= criteria.since.earliest(client) and (end is None or when <= end)  # promise 15d: not a later one


def differences(criteria: LookupCriteria, row: Body) -> list[str]:
    """Return the attributes in which a row differs from what was sent; what the row does not show is not compared.

    With an enforced key only plain values are compared: the API may rewrite the others, and no other object has the
    key.
    """
    mapper = criteria.model.__mapper__
    differing: list[str] = []
    for key, value in criteria.sent.items():
        # Unknown keys and write-only values are in no answer.
        known = mapper.keys.get(key)
        if known is None or known.is_write_only or (criteria.key and isinstance(value, (dict, list))):
            continue
        theirs = row
        if known.name in mapper.id_names and not is_natural(mapper, known.name):
            theirs = row.get("entity") or {}  # what a device guards stands there
        if key in theirs and not agrees(known.codec, value, theirs[key]):
            differing.append(known.name)
    return differing


def has_other_name(criteria: LookupCriteria, body: Body) -> bool:
    """Whether an object has another name than the one that was sent, in any spelling of the API."""
    fields = criteria.model.__mapper__.fields
    keys = [fields[name].key for name in {*_NAMES, *criteria.key} if name in fields]
    mapper = criteria.model.__mapper__
    pairs = [(key, criteria.sent.get(key), body.get(key)) for key in keys]
    return any(
        _bare(one) != _bare(other) and not mapper.keys[key].codec.agrees(one, other)
        for key, one, other in pairs
        if isinstance(one, str) and isinstance(other, str)
    )


def _bare(name: str) -> str:
    # In case, dots and blanks a name may come back otherwise than it was sent; other letters make another name.
    return "".join(filter(str.isalnum, name)).casefold()


def agrees(codec: Codec, sent: object, answered: object) -> bool:
    """Whether the API may have made `answered` of what was sent; a secret agrees with every answer."""
    # promise 13b: the API may have written it in another form
    return codec.agrees(fill(sent, lambda each: None if isinstance(each, Hidden) else each), answered)
