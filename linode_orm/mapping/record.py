"""Records: a body of the API, decoded at the first read of each value, with the user's edits beside it."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from typing import TYPE_CHECKING, Any, ClassVar, Final

from linode_orm._secrets import hide
from linode_orm.errors import AttributeMissing, ResponseError
from linode_orm.mapping.edits import Edit, in_json
from linode_orm.mapping.references import AnswerValue, ObjectId, check_session, is_object
from linode_orm.mapping.values import ABSENT, WrongType

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from linode_orm.mapping.codecs import Codec, Path
    from linode_orm.mapping.protocols import FieldFacts
    from linode_orm.mapping.tracked import Holder

EMPTY: Final[dict[str, object]] = {}


class RecordState:
    """What a record keeps beside its decoded values: the body and the pending edits."""

    __slots__ = ("edits", "raw")

    raw: dict[str, object]
    edits: dict[str, Edit] | None
    origin: Any = None

    def missing(self, record: Record, field: FieldFacts) -> object:
        """Return the value of a field that the body lacks; raise `AttributeMissing` if every body should have it."""
        if field.absent or field.is_write_only:
            return None
        msg = (
            f"{record.__describe__()} has no {field.name!r}: the API left the key {field.key!r} out of its body; "
            f"inspect() tells null, absent and unloaded apart"
        )
        raise AttributeMissing(msg)


class Record:
    """What models and nested values share; all its names are dunders, so that a field may have any name."""

    __slots__ = ("__state__", "__weakref__")

    if TYPE_CHECKING:
        __state__: Any
        __mapper__: ClassVar[Any]

    def __touch__(self, name: str) -> None:
        """Note that the mutable value of the field `name` is about to change."""
        self.__changed__()
        state = self.__state__
        if state.edits is None:
            state.edits = {}
        if name not in state.edits:
            key = self.__mapper__.fields[name].key
            state.edits[name] = Edit(state.raw.get(key, ABSENT), exact=False)

    def __changed__(self) -> None:
        """Tell the owner that an edit is about to be made or dropped; the owner may refuse."""

    def __describe__(self) -> str:
        """Return the name of this record for a message."""
        return type(self).__name__


class NestedState(RecordState):
    """The state of a nested value: also its holder, and its name there."""

    __slots__ = ("holder", "name")

    holder: Holder | None
    name: str

    def missing(self, record: Record, field: FieldFacts) -> object:
        """Return None, or an empty list: the API gives a nested value back without what its maker left out."""
        if field.absent or field.is_write_only:
            return None
        return field.codec.null(record, field.name)

    @property
    def is_free(self) -> bool:
        """Whether the user made the object and has assigned it to nothing yet."""
        return self.holder is None

    @property
    def is_new(self) -> bool:
        """Whether a POST will send the object, so that every field may be assigned that a POST takes."""
        holder = self.holder
        while holder is not None and not isinstance(holder, Record):
            holder = getattr(holder, "_holder", None)
        return holder is None or bool(getattr(holder.__state__, "is_new", False))


def read(record: Record, field: FieldFacts) -> object:
    """Decode the value of a field and keep it in the instance's dict: the slow path of every read."""
    state = record.__state__
    raw = state.raw.get(field.key, ABSENT)
    if state.edits and pending_reference(record, field.name) is not None:
        return None
    if raw is ABSENT:
        value = state.missing(record, field)
        if field.name in record.__dict__:
            return record.__dict__[field.name]
        if value is None and isinstance(state, NestedState):
            return None  # it is no value of the object, which is sent and compared without the key
    elif raw is None:
        value = field.codec.null(record, field.name)
    else:
        try:
            value = field.codec.decode(raw, record, field.name)
        except WrongType as wrong:
            msg = f"{record.__describe__()}.{field.name}: {wrong}; the API's answer does not fit the declaration"
            raise ResponseError(msg) from None
    record.__dict__[field.name] = value
    return value


def write(record: Record, field: FieldFacts, value: object, name: str = "") -> None:
    """Take a value that a user assigned, under that name; raise `TypeError` where its type is wrong."""
    if isinstance(value, AnswerValue):
        _refer_to_value(record, field, value, name)
        return
    codec = field.codec
    try:
        # before the owner hears of it: a value that is refused is no change
        mine = codec.adopt(value, record, field.name)
    except WrongType as wrong:
        what = f"{codec.text} expected (the value is not shown)" if field.is_secret else str(wrong)
        msg = f"{record.__describe__()}.{name or field.name}: {what}"
        raise TypeError(msg) from None
    if is_object(mine):
        refer(record, field, mine)
        return
    record.__changed__()
    state, values = record.__state__, record.__dict__
    if codec.mutable and value is not None and value is values.get(field.name):
        return  # `x.tags += [...]` assigns the list that it has changed in place: that is no assignment of all of it
    theirs, raw = state.raw.get(field.key, ABSENT), in_json(codec, mine)
    if field.is_secret:
        mine = hide(mine)
    held = _held(record, field, theirs) if codec.mutable else None
    # what a part of an object leaves out stays: only a list, and a value with a request of its own, are replaced whole
    whole = codec.completed(raw, theirs) if codec.mutable and is_object(record) and not field.written_by else raw
    edit = state.edits.get(field.name) if state.edits else None
    is_there = theirs is not ABSENT and _is_there(record, field, whole, theirs)
    # promise 1b: what is there is no change
    if is_there and not (edit and edit.is_in_doubt(codec, whole)):
        _take_back(record, field, held, mine if codec.same(raw, theirs) else ABSENT)
    elif held is None or not _overlaid(record, field, held, mine, is_part=_is_part(codec, raw, whole)):
        if held is not None and codec.replace(held, mine):
            mine = held  # a list that the user holds stays the object's list, with the new contents
        values[field.name] = mine
        _assigned(state, field.name, theirs)


def _is_there(record: Record, field: FieldFacts, mine: object, theirs: object) -> bool:
    """Whether a value is what the API has, in the form in which the API writes it in this object."""
    if field.codec.alike(mine, theirs):
        return True
    within = field.form.within if field.form is not None else None
    return within is not None and field.codec.alike(within(record, mine), within(record, theirs))


def is_there(record: Record, name: str, mine: object) -> bool:
    """Whether the API has a value in JSON in a field of a record: an assignment of it would be no change.

    A value that the last answer lacks is not there.
    """
    field = record.__mapper__.fields[name]
    theirs = record.__state__.raw.get(field.key, ABSENT)
    if theirs is ABSENT:
        return False
    return _is_there(record, field, field.codec.completed(mine, theirs) if field.codec.mutable else mine, theirs)


def _held(record: Record, field: FieldFacts, theirs: object) -> object:
    """Return the list or the nested value that the user may hold; None where there is none."""
    held = record.__dict__.get(field.name)
    if held is None and theirs is not ABSENT and theirs is not None:
        with suppress(ResponseError):  # what the server has is replaced, whatever its type
            held = read(record, field)
    return held


def _is_part(codec: Codec, raw: object, whole: object) -> bool:
    """Whether an object leaves out keys that a request could set."""
    mine, all_of_it = codec.trim(raw, "update"), codec.trim(whole, "update")
    return isinstance(mine, dict) and isinstance(all_of_it, dict) and mine.keys() < all_of_it.keys()


def _overlaid(record: Record, field: FieldFacts, held: object, mine: object, *, is_part: bool) -> bool:
    """Let the part of an object that was assigned be an edit of that part."""
    if not is_part:
        return False
    _take_back(record, field, held, ABSENT)
    if not field.codec.overlay(held, mine):
        return False
    record.__dict__[field.name] = held
    return True


def _take_back(record: Record, field: FieldFacts, held: object, mine: object) -> None:
    """Drop the edit of a value that is what the API has; a value that the user holds follows in place.

    `mine` is that value where it needs no decoding, else `ABSENT`.
    """
    state, values = record.__state__, record.__dict__
    if state.edits:
        state.edits.pop(field.name, None)
    theirs = state.raw.get(field.key, ABSENT)
    if held is not None:
        field.codec.forget(held)
        if theirs is not ABSENT and _updated(field, held, theirs):
            values[field.name] = held
            return
    if mine is ABSENT:
        values.pop(field.name, None)
    else:
        values[field.name] = mine


def _assigned(state: RecordState, name: str, theirs: object) -> Edit:
    """Note that a whole value was assigned; return its edit."""
    if state.edits is None:
        state.edits = {}
    edit = state.edits.setdefault(name, Edit(theirs, exact=True))
    edit.exact, edit.reference, edit.given = True, None, None
    return edit


def _refer_to_value(record: Record, field: FieldFacts, value: AnswerValue, name: str) -> None:
    """Let a field wait for a value of an answer; raise `TypeError` where no value of that type fits."""
    if not value.__suits__(field.codec):
        msg = f"{record.__describe__()}.{name or field.name}: {field.codec.text} expected, not {value!r}"
        raise TypeError(msg)
    check_session(record, value.__target__, name or field.name)
    refer(record, field, value)


def refer(record: Record, field: FieldFacts, target: Record | AnswerValue) -> None:
    """Let a field wait for the id of a new object, or for a value of its answer; until then it reads None."""
    record.__changed__()
    record.__dict__.pop(field.name, None)
    edit = _assigned(record.__state__, field.name, record.__state__.raw.get(field.key, ABSENT))
    edit.reference = target


def pending_reference(record: Record, name: str) -> Record | AnswerValue | None:
    """Return the new object whose id the field `name` waits for, or the value of an answer that it waits for."""
    edits = record.__state__.edits
    edit = edits.get(name) if edits else None
    return edit.reference if edit is not None else None


def keep_given(record: Record, name: str, target: Record) -> None:
    """Remember the object that was given in place of the raw id `name`, until another one is assigned."""
    edit = (record.__state__.edits or {}).get(name)
    if edit is not None:
        edit.given = target


def given_object(record: Record, name: str) -> Record | None:
    """Return the object that was given in place of the raw id `name`."""
    edit = (record.__state__.edits or {}).get(name)
    return edit.given if edit is not None else None


def value_of(record: Record, name: str, default: object = None) -> Any:  # noqa: ANN401  whatever the attribute holds
    """Return a value that was decoded or assigned, or a collection that was made; loads and decodes nothing."""
    return record.__dict__.get(name, default)


def encoded_value(record: Record, name: str) -> Any:  # noqa: ANN401  JSON
    """Return a value that was decoded or assigned as JSON; None where there is none."""
    return in_json(record.__mapper__.fields[name].codec, record.__dict__.get(name))


def raw_value(record: Record, name: str) -> object:
    """Return the JSON of a field in the last answer of the API; `ABSENT` where the answer does not have it."""
    return record.__state__.raw.get(record.__mapper__.fields[name].key, ABSENT)


def edits_of(record: Record) -> Mapping[str, Edit]:
    """Return every edit by the attribute's name, also of values that are the API's again."""
    return record.__state__.edits or {}


def merge_body(record: Record, body: dict[str, object]) -> None:
    """Take a newer body: pending edits stay, every other value becomes the body's, mutable ones in place."""
    state = record.__state__
    state.raw = body
    values, edits = record.__dict__, state.edits
    fields = record.__mapper__.fields
    # Values that were never decoded need no work: they are decoded from the newer body when they are read.
    for name in tuple(values):
        field = fields.get(name)
        if field is None:
            continue
        theirs = body.get(field.key, ABSENT)
        if edits and name in edits:
            _rebase(record, field, theirs)
        elif not field.codec.mutable or theirs is ABSENT or not _updated(field, values[name], theirs):
            del values[name]


def _updated(field: FieldFacts, value: object, theirs: object) -> bool:
    try:
        return field.codec.update(value, theirs)
    except WrongType:
        return False


def _rebase(record: Record, field: FieldFacts, theirs: object) -> None:
    """Apply a pending edit to a newer value of the API; drop it where the two are equal."""
    edits = record.__state__.edits
    if theirs is ABSENT or edits is None or field.name not in record.__dict__:
        return
    codec, edit, value = field.codec, edits[field.name], record.__dict__[field.name]
    # promise 18: edits in place are made again
    if not edit.exact and _rebased(record, field, edit, theirs):
        edit.rebased_on = theirs
    edit.settle(codec, theirs)
    mine = in_json(codec, value)
    if _is_there(record, field, mine, theirs) and not edit.is_in_doubt(codec, mine):
        codec.forget(value)
        del edits[field.name]


def _rebased(record: Record, field: FieldFacts, edit: Edit, theirs: object) -> bool:
    """Make an edit in place again on a newer value; False where both sides changed the same, or its type is wrong."""
    codec, value = field.codec, record.__dict__[field.name]
    try:
        clashes = edit.clashes(codec, theirs, in_json(codec, value), assigned_in(record, field.name))
        return codec.rebase(value, edit.rebase_from(codec, value), theirs) and not clashes
    except WrongType:
        return False


def mark_clean(record: Record, names: Container[str] | None = None) -> None:
    """Drop the pending edits of `names`, or all; the values stay until a body is merged."""
    edits = record.__state__.edits or {}
    for name in [name for name in edits if names is None or name in names]:
        field = record.__mapper__.fields[name]
        if field.codec.mutable and name in record.__dict__:
            field.codec.forget(record.__dict__[name])
        del edits[name]
        if field.is_write_only:
            record.__dict__.pop(name, None)


def restore(record: Record, names: Container[str] | None = None) -> None:
    """Take the pending edits of `names`, or all, back; mutable values go back in place."""
    state = record.__state__
    touched = tuple(name for name in state.edits or () if names is None or name in names)
    mark_clean(record, touched)
    for name in touched:
        field = record.__mapper__.fields[name]
        raw = state.raw.get(field.key, ABSENT)
        value = record.__dict__.get(name, ABSENT)
        if value is not ABSENT and (raw is ABSENT or not field.codec.mutable or not _updated(field, value, raw)):
            del record.__dict__[name]


def accept(record: Record, names: Container[str] | None = None) -> None:
    """Count the pending edits of `names`, or all, as made on the newest body, with what that has beside them."""
    for name, edit in (record.__state__.edits or {}).items():
        if names is None or name in names:
            field, value = record.__mapper__.fields[name], record.__dict__.get(name)
            theirs = record.__state__.raw.get(field.key, ABSENT)
            if not edit.exact and value is not None and theirs is not ABSENT:
                field.codec.rebase(value, edit.rebased_on, theirs, force=True)
            edit.base = edit.rebased_on = theirs
            for inner in _inside(value):
                accept(inner)


def assigned_in(record: Record, name: str) -> Iterator[Path]:
    """Yield the places in the value of a field, from its outermost in, that the user assigned whole."""
    edit = edits_of(record).get(name)
    if edit is not None and edit.exact:
        yield ()
    elif edit is not None:
        yield from _assigned_inside(record.__dict__.get(name))


def _assigned_inside(value: object) -> Iterator[Path]:
    if isinstance(value, Record):
        fields = value.__mapper__.fields
        parts = [(fields[name].key, assigned_in(value, name)) for name in edits_of(value)]
    elif isinstance(value, (list, dict)):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        parts = [(key, _assigned_inside(each)) for key, each in pairs]
    else:
        return
    for key, places in parts:
        yield from ((key, *place) for place in places)


def doubt_edits(record: Record, names: Container[str] | None = None) -> None:
    """Note that the edited values of `names`, or all, were sent and never answered: the API may hold old or new."""
    state, fields = record.__state__, record.__mapper__.fields
    for name in [name for name in state.edits or () if names is None or name in names]:
        field = fields[name]
        if name in record.__dict__ and not field.is_write_only:
            value, edit = record.__dict__[name], (state.edits or {})[name]
            edit.sent = (*edit.sent, in_json(field.codec, value))
            for inner in _inside(value):
                doubt_edits(inner)
        state.raw = {key: each for key, each in state.raw.items() if key != field.key}


def _inside(value: object) -> Iterator[Record]:
    """Yield the nested objects that a value is, or holds."""
    if isinstance(value, Record):
        yield value
    elif isinstance(value, (list, dict)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _inside(each)


def changes(record: Record) -> dict[str, Edit]:
    """Return the edits that a commit would send, by the attribute's name."""
    state = record.__state__
    if not state.edits:
        return {}
    fields, values = record.__mapper__.fields, record.__dict__
    real: dict[str, Edit] = {}
    for name, edit in state.edits.items():
        # an edit stays noted when the value is changed back, so whether it changes anything is compared here
        field = fields[name]
        theirs = state.raw.get(field.key, ABSENT)
        if theirs is ABSENT or name not in values or _differs(record, field, edit, theirs):
            real[name] = edit
    return real


def _differs(record: Record, field: FieldFacts, edit: Edit, theirs: object) -> bool:
    mine = in_json(field.codec, record.__dict__[field.name])
    return not _is_there(record, field, mine, theirs) or edit.is_in_doubt(field.codec, mine)


def encode(record: Record) -> dict[str, object]:
    """Return the JSON of every value that a record has, decoded and encoded again.

    Unknown keys, and values of another type than the declared one, stay as they came.
    """
    state, keys = record.__state__, record.__mapper__.keys
    body = {key: value for key, value in state.raw.items() if key not in keys}
    for name, field in record.__mapper__.fields.items():
        target = pending_reference(record, name)
        if target is not None:
            body[field.key] = target if isinstance(target, AnswerValue) else ObjectId(target)
            continue
        if name not in record.__dict__ and field.key not in state.raw:
            continue
        try:
            mine = in_json(field.codec, getattr(record, name))
        except ResponseError:
            mine = deepcopy(state.raw[field.key])
        if mine is not None or field.key in state.raw or name in edits_of(record):
            body[field.key] = mine
    return body


def declared_at(owner: type, name: str) -> Any:  # noqa: ANN401  a field or a relation
    """Return what a class declares under a name, by which a pickle refers to it."""
    return vars(owner)[name]
