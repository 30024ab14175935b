"""Columns of raw rows: which ones a class has, and how their cells are decoded column by column, without objects."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linode_orm._secrets import MASK
from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.columns import Column
from linode_orm.mapping.masking import masked_value
from linode_orm.mapping.values import UNREADABLE, WrongType
from linode_orm.output.cells import CellType
from linode_orm.output.table import CellProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from linode_orm.mapping import Model
    from linode_orm.mapping.protocols import FieldFacts

    Body = Mapping[str, Any]
    Path = tuple[FieldFacts, ...]
    _Tree = dict[str, Any]
    """The keys that are taken, each with the tree of those inside it."""
    Taken = dict[tuple[str, ...], list[Any]]


@lru_cache(maxsize=256)
def default_columns(model: type[Model]) -> tuple[Column[object], ...]:
    """Return a column for every scalar field that the rows of a list have, those of nested values too.

    The raw id of a reference is called as the reference where that is its name in the API: `region`.
    """
    return tuple(_scalars(model, (), model.__mapper__.fields))


def _scalars(model: type[Model], above: Path, fields: Mapping[str, FieldFacts]) -> Iterator[Column[object]]:
    for field in fields.values():
        if field.is_write_only or field.only_on_get:
            continue
        path, inner = (*above, field), field.codec.bare.fields
        if inner:
            yield from _scalars(model, path, inner)
        elif field.codec.cell_type.is_scalar:
            own = ".".join(each.name for each in path)
            known = ".".join([*(each.name for each in above), field.key])
            is_reference = not above and field.key != field.name and field.key in model.__mapper__.relations
            yield Column(model, known if is_reference else own, path, alias=own if is_reference else "")


def check_column(column: Column[object]) -> None:
    """Raise `InvalidRequestError` for a column that no list can fill."""
    for relation in column.relations[: None if column.path else -1]:
        mapper = relation.model.__mapper__
        if "list" not in mapper.verbs:
            msg = f"{column}: the API has no list of {mapper.name} from which the column could be read"
            raise InvalidRequestError(msg)
    last = column.relations[-1] if column.relations and not column.path else None
    fields = [*column.path, *([last.owner.__mapper__.fields[last.via]] if last is not None and last.via else [])]  # type: ignore[attr-defined]  # a Model
    for field in fields:
        if field.is_write_only:
            msg = f"{column}: only requests have {field.name!r}, and no answer shows it"
            raise InvalidRequestError(msg)
    if fields and fields[0].only_on_get:
        msg = (
            f"{column}: lists do not have {fields[0].name!r}, only an object's own GET has; read the objects and look "
            "at them"
        )
        raise InvalidRequestError(msg)


def check_names(columns: Sequence[Column[object]]) -> None:
    """Raise `InvalidRequestError` where two columns have one name."""
    names = [each.name for each in columns]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        msg = f"table(): the column {twice!r} is named twice"
        raise InvalidRequestError(msg)


class Reach:
    """Takes the values at several paths out of rows, column by column; what paths have in common is taken once."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._tree: _Tree = {}
        for path in paths:
            tree = self._tree
            for field in path:
                tree = tree.setdefault(field.key, {})

    def take(self, bodies: Sequence[Body | None]) -> Taken:
        """Return the raw values by their keys: None for null and missing, `UNREADABLE` where no way leads to them."""
        taken: Taken = {}
        _take(bodies, self._tree, (), taken)
        return taken


def keys_of(path: Path) -> tuple[str, ...]:
    """Return the keys that lead to the value at the end of a path."""
    return tuple(field.key for field in path)


def _take(bodies: Sequence[Any], tree: _Tree, above: tuple[str, ...], taken: Taken) -> None:
    if not tree:
        return
    kinds = set(map(type, bodies))
    rows = bodies if kinds == {dict} else [*map(_object, bodies)]
    for key, inside in tree.items():
        values = [None] * len(bodies) if kinds == {type(None)} else _column(rows, key)
        taken[*above, key] = values
        _take(values, inside, (*above, key), taken)


def _column(bodies: Sequence[Body], key: str) -> list[Any]:
    # One list a column: a tuple for each row would let the garbage collector run, which takes as long as all the rest.
    try:
        return [body[key] for body in bodies]
    except KeyError:  # one row lacks the key
        return [body.get(key) for body in bodies]


class _Unreadable(dict[str, object]):
    """Stands for what is no object: nothing in it can be read."""

    def get(self, key: str, default: object = None) -> object:
        del key, default
        return UNREADABLE

    __missing__ = get


class _Nothing(dict[str, object]):
    """Stands for null: everything in it is null."""

    def __missing__(self, key: str) -> None:
        return None


_NOTHING: Final = _Nothing()
_NO_OBJECT: Final = _Unreadable()


def _object(body: object) -> Any:  # noqa: ANN401  JSON
    return body if type(body) is dict else _NOTHING if body is None else _NO_OBJECT


class CellReader(NamedTuple):
    """How the cells at the end of one path are read."""

    path: Path
    keys: tuple[str, ...]
    is_secret: bool
    cell_type: CellType

    def cells(self, column: str, values: list[Any], begin: int, problems: list[CellProblem]) -> list[Any]:
        """Return the cells for the raw values of rows from `begin` on; what cannot be read is None, and a problem."""
        if self.is_secret:
            return [value if value is None else MASK for value in values]
        field, is_document = self.path[-1], not self.cell_type.is_scalar
        codec = field.codec.bare
        if not is_document:
            with suppress(WrongType):
                return codec.cells(values)
        cells: list[Any] = []
        for at, value in enumerate(values):
            try:
                made = None if value is None else codec.cell(value)
            except WrongType as wrong:
                made = None
                text = "the way to it is no object" if value is UNREADABLE else str(wrong)
                problems.append(CellProblem(begin + at, column, text))
            cells.append(masked_value(field, made) if is_document and made is not None else made)
        return cells


@lru_cache(maxsize=4096)
def cell_reader(path: Path) -> CellReader:
    """Return the reader of the cells at the end of a path."""
    is_secret, cell_type = any(field.is_secret for field in path), path[-1].codec.cell_type
    return CellReader(path, keys_of(path), is_secret, CellType.TEXT if is_secret else cell_type)
