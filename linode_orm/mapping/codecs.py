"""Codecs: how the values of a type are decoded, compared and encoded; the base class, and those of plain values."""

from __future__ import annotations

import json
from copy import copy
from typing import TYPE_CHECKING, Any, Final

from linode_orm._former import names_of
from linode_orm.mapping.json_types import ANY_JSON, NO_FIELDS, Plain
from linode_orm.mapping.json_values import problem_of
from linode_orm.mapping.references import ObjectId, fits, identity_of, is_object
from linode_orm.mapping.values import NotComparable, WrongType
from linode_orm.output.cells import CellType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from linode_orm.mapping.json_types import JSONType
    from linode_orm.mapping.merging import Merging
    from linode_orm.mapping.normal_forms import NormalForm
    from linode_orm.mapping.references import Object
    from linode_orm.mapping.tracked import Holder

    Path = tuple[str | int, ...]
    """The keys and indices that lead to a value inside a body."""
    Visit = Callable[[Any, dict[str, object], Path], object]
    """Returns what stands in a body for an object, given the object, its JSON and its place."""

if not TYPE_CHECKING:  # type checkers would take every name for one that this module has
    __getattr__ = names_of(__name__)

NoneType: Final = type(None)


class _Conversion:
    """The conversion between JSON and Python; a codec of your own overrides `decode`, `adopt` and `encode`."""

    plain: frozenset[type] = frozenset()
    """The Python types that a value has in JSON and for users alike: such a value needs no decoding."""

    python_types: tuple[type, ...] = ()
    """Types whose values the codec encodes also where no field declares them: as arguments of actions."""

    def __init__(self, text: str) -> None:
        self.text = text

    def decode(self, raw: object, holder: Holder, name: str) -> object:
        """Return the user's value for a value in a body; raise `WrongType`."""
        del holder, name
        if type(raw) in self.plain:
            return raw
        raise WrongType(self.text, raw)

    def null(self, holder: Holder, name: str) -> object:
        """Give what a user reads where a body has null, or a nested value lacks the key: None, or an empty list."""
        del holder, name
        return None

    @property
    def decoder(self) -> Callable[[Any, Any, str], object]:
        """The quickest callable that decodes a value that is not null."""
        return self.decode

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        """Check a value that a user assigned, and return the value that its holder keeps; raise `WrongType`."""
        return self.decode(value, holder, name)

    def encode(self, value: object) -> object:
        """Return the value in JSON for the user's value."""
        return value

    def operand(self, value: object) -> object:
        """Check a value that belongs to no object, and return it in JSON; raise `WrongType`."""
        return self.encode(self.adopt(value, NO_HOLDER, ""))

    def parse(self, text: str) -> object:
        """Return the string if `adopt` takes it, else the value that it has as JSON; raise `ValueError`."""
        try:
            self.adopt(text, NO_HOLDER, "")
        except WrongType:
            value: object = json.loads(text)
            return value
        return text

    def accepts(self, raw: object) -> bool:
        """Whether a value in JSON is of the type."""
        if type(raw) in self.plain:
            return True
        try:
            self.decode(raw, NO_HOLDER, "")
        except WrongType:
            return False
        return True


class _Conditions(_Conversion):
    """How conditions compare values. Conditions treat null themselves, and call these methods of `codec.bare`."""

    compared_as_is: frozenset[type] = frozenset()
    """The Python types of values in JSON that `comparable` returns unchanged."""

    has_order: bool = True
    """`<` and `>` compare values."""

    is_sortable: bool = True
    """`order_by` takes an attribute of the type."""

    filter_type: str = "other"
    """The row of the server's filter rules (`mapping/server_filters.py`); no rule is known for `other`."""

    is_sorted_alike: bool = False
    """The server sorts the values in the same order as Python."""

    def comparable(self, raw: object) -> Any:  # noqa: ANN401  what is compared by `==` and `<`
        """Return what `==` and `<` compare for a value in JSON that is not null; raise `WrongType`."""
        return self.decode(raw, NO_HOLDER, "")

    def one_of(self, raws: Sequence[object]) -> Callable[[Any], bool]:
        """Return the test whether a comparable value equals one of these values in JSON."""
        wanted = [self.comparable(raw) for raw in raws]
        if len(wanted) == 1:
            (only,) = wanted
            return lambda value: bool(value == only)
        try:
            known = frozenset(wanted)
        except TypeError:  # values that have no hash are compared one by one
            return lambda value: value in wanted
        return lambda value: value in known

    def part(self, value: object) -> object:
        """Check the operand of `contains`, and return it in JSON; raise `WrongType`, also if values have no parts."""
        if str not in self.plain:
            msg = f"contains() needs a text or a list, and the attribute is {self.text}"
            raise NotComparable(msg)
        if not isinstance(value, str):
            msg = "str"
            raise WrongType(msg, value)
        return value

    def folded(self, part: str) -> str:
        """Return a part of a string as `comparable` gives it in whole values."""
        return part

    def has_part(self, value: Any, part: Any) -> bool:  # noqa: ANN401  a comparable value, and a part in JSON
        """Whether a comparable value contains a part, in the form that the method `part` returns."""
        return isinstance(value, str) and part in value

    def has_part_in_any_case(self, value: Any, part: Any) -> bool:  # noqa: ANN401  as `has_part`
        """Whether a comparable value contains a part, whatever the case of either is."""
        return isinstance(value, str) and isinstance(part, str) and part.casefold() in value.casefold()


class _EditsInPlace:
    """How a value that users change in place follows the server. The defaults are for values that do not change."""

    mutable: bool = False
    """Users change a value in place and may hold on to it."""

    def update(self, value: object, raw: object) -> bool:
        """Bring a value up to date in place; return False if a new one is needed."""
        del value, raw
        return False

    def replace(self, value: object, adopted: object) -> bool:
        """Replace the contents of a value by those of another; return False if a new one is needed."""
        del value, adopted
        return False

    def rebase(self, value: object, onto: object, theirs: object, *, force: bool = False) -> bool:
        """Repeat on `theirs` the edits that led from `onto` to `value`; return False if an edit replaces it whole.

        Where both sides changed the same, the value stays as it is; with `force`, only that part of it does.
        """
        del value, onto, theirs, force
        return False

    def forget(self, value: object) -> None:
        """Drop the pending edits inside a value; its contents stay until the next update."""

    def blank(self, holder: Holder, name: str) -> object:
        """Return the value of an unset attribute of a new object: None, or one that users fill in place."""
        del holder, name
        return None


class _ValuesOut(_Conversion):
    """How values leave: as cells of tables, and in `asdict`. The defaults are for documents of any form."""

    cell_type: CellType = CellType.JSON
    """What a column of values is in a table."""

    def cell(self, raw: object) -> object:
        """Return the cell for a value in JSON that is not null; raise `WrongType`."""
        if self.accepts(raw):
            return raw
        raise WrongType(self.text, raw)

    def cells(self, raws: list[Any]) -> list[Any]:
        """Return the cells of a column, null among its values; raise `WrongType` where they need a look one by one."""
        return [None if raw is None else self.cell(raw) for raw in raws]

    def exported(self, raw: object) -> object:
        """Return a value in JSON as `asdict` shows it: datetimes name their zone. Values of a wrong type stay."""
        if isinstance(raw, dict):
            return {key: self._exported_part(key, each) for key, each in raw.items()}
        if isinstance(raw, list):
            return [self._exported_part(at, each) for at, each in enumerate(raw)]
        return raw

    def inside(self, key: str | int) -> Codec | None:
        """Return the codec of what stands at a key or an index of a value; None if nothing is declared there."""
        del key
        return None

    def _exported_part(self, key: str | int, raw: object) -> object:
        inner = self.inside(key)
        return raw if inner is None or raw is None else inner.bare.exported(raw)


class Codec(_Conditions, _EditsInPlace, _ValuesOut):
    """How values of one type are decoded, encoded, checked, compared and merged.

    A codec of your own overrides `decode`, `adopt` and `encode`; the other methods have defaults that follow from
    these, and the class attributes say more about its values. The rest of the library uses nothing else: the class of
    a codec decides nothing outside of `mapping/`. `register_codec` makes a codec known to annotations.
    """

    is_exact: bool = False
    """Two values mean the same only if they are equal in JSON."""

    allows_null: bool = False
    """Null may stand beside the values of the type."""

    known_values: tuple[object, ...] = ()
    """The values in JSON that are documented; none where any may come, or nothing is known."""

    null_is_empty: bool = False
    """Null reads as an empty value that users can fill in place."""

    json_type: JSONType = ANY_JSON
    """How the API checks the values, fills them in and merges them."""

    fields: Mapping[str, Any] = NO_FIELDS
    """The declared fields, by name, of the objects that values are."""

    refers: str = ""
    """The class whose ids the values are."""

    nested: tuple[type[Any], ...] = ()
    """The classes of the objects that values are or hold."""

    holds_rows: bool = False
    """Values are lists of objects with declared fields."""

    is_one_value: bool = False
    """Two changes of different parts of a value cannot be merged: the order of its parts means something."""

    is_named_by_id: bool = False
    """Requests name an object by its id alone."""

    @property
    def bare(self) -> Codec:
        """The codec of the values that are not null."""
        return self

    def same(self, one: object, other: object) -> bool:
        """Whether two values in JSON mean the same: they are equal, or their comparable values are."""
        if equal_in_json(one, other):
            return True
        try:
            return bool(self.comparable(one) == self.comparable(other))
        except WrongType:
            return False

    def agrees(self, sent: object, answered: object) -> bool:
        """Whether the API may have made `answered` of what was sent: it fills in missing keys and expands ids.

        Null agrees with every answer, because the API takes it for a value that was not given.
        """
        if sent is None:
            return True
        if isinstance(answered, dict) and not isinstance(sent, dict):
            return sent in (answered.get("id"), answered.get("label"))
        return self.alike(sent, answered)

    def alike(self, one: object, other: object) -> bool:
        """Whether the API takes two values in JSON for the same: in normal form, and without what no request sets."""
        return self.same(one, other)

    def normal(self, raw: object) -> object:
        """Return a value in JSON as the API writes it."""
        return raw

    def completed(self, raw: object, theirs: object) -> object:
        """Return an object in JSON with what it leaves out as it stands in another one."""
        del theirs
        return raw

    def overlay(self, value: object, adopted: object) -> bool:
        """Write what another object says into this one, in place; False if it must be replaced as a whole."""
        del value, adopted
        return False

    def merge(self, base: object, theirs: object, mine: object, merging: Merging, path: Path = ()) -> object:
        """Return a value in JSON with what `theirs` and `mine` each changed of `base`; note in `merging` what both did.

        A value of no parts is one value.
        """
        return merging.whole(self, base, theirs, mine, path)

    def trim(self, raw: object, verb: str) -> object:
        """Return a value in JSON with only what the body of a `create` or an `update` takes."""
        del verb
        return raw

    def only_changed(self, new: object, old: object) -> object:
        """Return an object in JSON with only the fields that differ; other values stay whole."""
        del old
        return new

    def map_objects(self, value: object, raw: object, visit: Visit, path: Path) -> object:
        """Return the JSON of a value with the results of `visit` in place of its objects with declared fields."""
        del value, visit, path
        return raw


def equal_in_json(one: object, other: object) -> bool:
    """Whether two values in JSON are equal; Python takes 1 for True, and JSON does not."""
    return one == other and (isinstance(one, bool) is isinstance(other, bool))


class _NoHolder:
    def __touch__(self, name: str) -> None:
        """Do nothing: no object is concerned."""


NO_HOLDER: Final = _NoHolder()
"""Holds values that belong to no object yet."""


class Scalar(Codec):
    """Numbers, strings and truth values, and unions of them; `choices` are the documented values."""

    is_exact = True

    def __init__(self, text: str, plain: frozenset[type], choices: tuple[object, ...] = ()) -> None:
        super().__init__(text)
        self.plain = self.compared_as_is = plain
        self.choices = self.known_values = choices
        self.has_order = plain != {bool}
        self.filter_type = _FILTER_TYPES.get(plain, "mixed")
        self.is_sorted_alike = plain == {int}
        self.json_type = Plain(plain, choices)
        self.cell_type, self._cell_kinds = _CELL_TYPES.get(plain, CellType.MIXED), plain | {NoneType}

    def marked(self, refers: str, form: NormalForm | None) -> Scalar:
        """Return a codec of ids of the objects of a class, which takes the objects as well, or of a normal form."""
        codec = copy(self) if form is None else NormalFormScalar(self, form)
        codec.refers = refers
        return codec

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        if self.refers and is_object(value):
            return self._adopt_object(value, holder, name)
        problem = problem_of(value)
        if problem:
            raise WrongType(problem, value)
        if type(value) in self.plain:
            return value
        if isinstance(value, str) and str in self.plain:
            return str.__str__(value)
        raise WrongType(self.text, value)

    def _adopt_object(self, value: Object, holder: Holder, name: str) -> object:
        """Return the id of an object, in the type of this codec; the object itself while it has none."""
        if not fits(value, self.refers):
            msg = f"{self.refers}, or its id,"
            raise WrongType(msg, value)
        identity = identity_of(value)
        if identity is value:
            return value
        return self.adopt(identity if type(identity) in self.plain else str(identity), holder, name)

    def encode(self, value: object) -> object:
        return ObjectId(value, as_text=int not in self.plain) if self.refers and is_object(value) else value

    def same(self, one: object, other: object) -> bool:
        return equal_in_json(one, other)

    def cells(self, raws: list[Any]) -> list[Any]:
        if self._cell_kinds.issuperset(map(type, raws)):
            return raws
        raise WrongType(self.text, None)

    def one_of(self, raws: Sequence[object]) -> Callable[[Any], bool]:
        # of a truth value or a number alone the API writes 0 for False; beside strings each is a value of its own
        if not self.plain >= {bool, int, str}:
            return super().one_of(raws)
        known = frozenset((type(raw) is bool, raw) for raw in raws)
        return lambda value: (type(value) is bool, value) in known


class NormalFormScalar(Scalar):
    """Values that can be written in several ways; users see the one that came.

    Edits compare values as the API writes them. Conditions compare strings of which several spellings mean the same
    by one spelling.
    """

    is_exact = False

    def __init__(self, plain: Scalar, form: NormalForm) -> None:
        super().__init__(plain.text, plain.plain, plain.choices)
        self.form = form
        if form.spelling is not None:
            self.compared_as_is = frozenset()

    def _spelled(self, raw: object) -> object:
        return self.form.spelling(raw) if self.form.spelling is not None and isinstance(raw, str) else raw

    def operand(self, value: object) -> object:
        checked = super().operand(value)
        return self._spelled(checked) if self.form.is_sent else checked

    def comparable(self, raw: object) -> object:
        if type(raw) not in self.plain:
            raise WrongType(self.text, raw)
        return self._spelled(raw)

    def folded(self, part: str) -> str:
        return self.form.part(part)

    def has_part(self, value: object, part: object) -> bool:
        return isinstance(value, str) and isinstance(part, str) and self.form.part(part) in value

    def same(self, one: object, other: object) -> bool:
        return equal_in_json(self._spelled(one), self._spelled(other))

    def normal(self, raw: object) -> object:
        return self.form.of(raw)

    def alike(self, one: object, other: object) -> bool:
        return self.form.alike(one, other)

    def agrees(self, sent: object, answered: object) -> bool:
        made_of = self.form.is_made_of
        return super().agrees(sent, answered) or (made_of is not None and made_of(sent, answered))


_FILTER_TYPES: Final[dict[frozenset[type], str]] = {
    frozenset({str}): "string",
    frozenset({int}): "integer",
    frozenset({bool}): "bool",
    frozenset({int, float}): "float",
}
_CELL_TYPES: Final[dict[frozenset[type], CellType]] = {
    frozenset({str}): CellType.TEXT,
    frozenset({int}): CellType.INTEGER,
    frozenset({bool}): CellType.BOOLEAN,
    frozenset({int, float}): CellType.FLOAT,
}
