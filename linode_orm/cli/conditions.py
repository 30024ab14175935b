"""Conditions from text: Python's expression syntax over attributes, parsed with `ast` and never evaluated."""

from __future__ import annotations

import ast
import operator
import warnings
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Never

import click

from linode_orm._printable import printable
from linode_orm.cli.attribute_paths import UnknownNameError, attribute_at, unknown
from linode_orm.cli.literals import LiteralError, as_datetime, is_literal, literal
from linode_orm.errors import LinodeORMError
from linode_orm.mapping.class_references import Reference
from linode_orm.mapping.expressions import and_, not_, or_
from linode_orm.mapping.operators import Attribute
from linode_orm.mapping.registry import lookup
from linode_orm.mapping.relations import Many
from linode_orm.models._index import ALIASES
from linode_orm.output.cells import CellType

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.mapping.expressions import Expression

LONGEST: Final = 20_000
"""Characters of a condition; a thousand ids fit."""
DEEPEST: Final = 40
"""How deep parts and brackets of a condition are nested."""
_SHOWN: Final = 60
_WIDEST: Final = 120
"""Characters of a condition that are shown: where it is longer, those around the place."""
_COMPARED: Final[dict[type[ast.cmpop], Callable[[Any, Any], Any]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_FLIPPED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
}
_JOINED: Final = {"and_": and_, "or_": or_}
_ASKED: Final = {
    "contains": 1,
    "icontains": 1,
    "startswith": 1,
    "istartswith": 1,
    "endswith": 1,
    "iendswith": 1,
    "like": 1,
    "ilike": 1,
    "in_": 1,
    "not_in": 1,
    "between": 2,
    "is_": 1,
    "is_not": 1,
}
"""The methods that compare an attribute, with the number of their arguments."""


class ConditionError(click.UsageError):
    """A condition that is not understood; the message shows the place in it."""

    def __init__(self, text: str, message: str, begin: int | None = None, end: int = 0) -> None:
        if begin is not None and len(text) > _WIDEST:
            first = max(0, begin - _WIDEST // 2)
            text, begin, end = text[first : first + _WIDEST], begin - first, min(end - first, _WIDEST)
        lines = [message, f"  {printable(text)}"]
        if begin is not None:
            before, marked = printable(text[:begin]), printable(text[begin : max(end, begin + 1)])
            lines.append(f"  {' ' * len(before)}{'^' * max(1, len(marked))}")
        super().__init__("\n".join(lines))


def condition_of(model: type, text: str) -> Expression:
    """Return the condition that a text is; raise `ConditionError`, which shows the place that is wrong."""
    line = " ".join(text.splitlines()).strip()
    if not line:
        _refuse_whole(line, "the condition is empty")
    if len(line) > LONGEST:
        _refuse_whole(line, f"the condition has {len(line):,} characters; {LONGEST:,} are taken")
    _check_brackets(line)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(line, mode="eval")
    except SyntaxError as error:
        place = max(0, (error.offset or 1) - 1)
        signs = {"=": "; write == to compare", "&": "; write and", "|": "; write or"}
        hint = signs.get(line[place : place + 1], "") if "syntax" in str(error.msg) else ""
        message = f"the condition is no expression: {error.msg}{hint}"
        raise ConditionError(line, message, min(place, len(line))) from None
    except (ValueError, RecursionError, MemoryError):
        _refuse_whole(line, "the condition is too deep to be read")
    return _Reader(model, line).condition(tree.body, 0)


def _refuse_whole(line: str, message: str) -> Never:
    """Refuse a condition for no one place in it; a long one is shown by its beginning."""
    raise ConditionError(line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…", message) from None


def _check_brackets(line: str) -> None:
    """Refuse brackets in brackets in brackets before they are parsed, which may take long."""
    depth, quote, skipped = 0, "", False
    for at, character in enumerate(line):
        if quote:
            quote = quote if skipped or character != quote else ""
            skipped = character == "\\" and not skipped
        elif character in "'\"":
            quote = character
        elif character in "([{":
            depth += 1
            if depth > DEEPEST:
                _refuse_whole(line[: at + 1], f"the condition is nested more than {DEEPEST} times")
        elif character in ")]}":
            depth -= 1


class _Reader:
    """Makes conditions on one class of the parts of one text."""

    def __init__(self, model: type, text: str) -> None:
        self._model = model
        self._text = text

    def condition(self, node: ast.expr, depth: int) -> Expression:
        """Return the condition that a part is."""
        if depth > DEEPEST:
            self._refuse(node, f"the condition is nested more than {DEEPEST} times")
        if isinstance(node, ast.BoolOp):
            join = and_ if isinstance(node.op, ast.And) else or_
            return join(*(self.condition(each, depth + 1) for each in node.values))
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.BitAnd, ast.BitOr)):
            join = and_ if isinstance(node.op, ast.BitAnd) else or_
            return join(self.condition(node.left, depth + 1), self.condition(node.right, depth + 1))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.Invert)):
            return not_(self.condition(node.operand, depth + 1))
        if isinstance(node, ast.Compare):
            return self._comparison(node)
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
            return self._truth(node)
        return self._refuse(node, f"this is no condition ({_kind(node)}); compare an attribute with a value")

    # -- comparisons -------------------------------------------------------------------------------------------------

    def _comparison(self, node: ast.Compare) -> Expression:
        pairs = pairwise([node.left, *node.comparators])
        return and_(*(self._pair(one, sign, other) for (one, other), sign in zip(pairs, node.ops, strict=True)))

    def _pair(self, left: ast.expr, sign: ast.cmpop, right: ast.expr) -> Expression:
        if is_literal(left) and is_literal(right):
            self._refuse(left, "two values are compared; name an attribute")
        if isinstance(sign, (ast.In, ast.NotIn)):
            return self._is_among(left, right, is_in=isinstance(sign, ast.In))
        kind = type(sign)
        if is_literal(left):
            left, right, kind = right, left, _FLIPPED.get(kind, kind)
        attribute = self._attribute(left)
        if not is_literal(right):
            self._refuse(right, f"this is no value ({_kind(right)}); an attribute is compared with a value")
        value = self._value(right, attribute)
        if kind in {ast.Is, ast.IsNot}:
            if value is not None and not isinstance(value, bool):
                self._refuse(right, "`is` asks for None, True or False; write ==")
            return self._made(left, attribute, "is_" if kind is ast.Is else "is_not", value)
        return self._tried(left, lambda: _COMPARED[kind](attribute, value))

    def _is_among(self, left: ast.expr, right: ast.expr, *, is_in: bool) -> Expression:
        """Make `"prod" in tags`, or `region in ("us-east", "us-west")`."""
        if is_literal(left):
            attribute = self._attribute(right)
            found = self._made(right, attribute, "contains", self._value(left, attribute))
            return found if is_in else not_(found)
        attribute = self._attribute(left)
        if not isinstance(right, (ast.List, ast.Tuple, ast.Set)) or not is_literal(right):
            self._refuse(right, "`in` takes values in brackets, such as (1, 2), or an attribute on its right")
        return self._made(left, attribute, "in_" if is_in else "not_in", self._value(right, attribute))

    def _truth(self, node: ast.expr) -> Expression:
        """Make the condition that an attribute alone is: only one that is true or false is one."""
        attribute = self._attribute(node)
        if isinstance(attribute, (Reference, Many)):
            quantifier = "has" if isinstance(attribute, Reference) else "any"
            name = ast.unparse(node)
            self._refuse(node, f"{name} leads to other objects; write {name}.{quantifier}()")
        if attribute.field.codec.cell_type is not CellType.BOOLEAN:
            self._refuse(node, "an attribute alone is no condition; compare it, as in size > 20 or label is not None")
        return self._made(node, attribute, "is_", True)  # noqa: FBT003  the value that is compared

    # -- methods -----------------------------------------------------------------------------------------------------

    def _call(self, node: ast.Call, depth: int) -> Expression:
        function = node.func
        if isinstance(function, ast.Name) and function.id in {*_JOINED, "not_"}:
            if node.keywords or not node.args or (function.id == "not_" and len(node.args) > 1):
                self._refuse(node, f"{function.id}() takes conditions")
            parts = [self.condition(each, depth + 1) for each in node.args]
            return not_(*parts) if function.id == "not_" else _JOINED[function.id](*parts)
        if not isinstance(function, ast.Attribute):
            self._refuse(function, "nothing is called here but methods of attributes, such as label.startswith('web')")
        attribute, method = self._attribute(function.value), function.attr
        if method in {"has", "any"}:
            return self._related(node, attribute, method, depth)
        if method not in _ASKED or not hasattr(type(attribute), method):
            offered = [each for each in (*_ASKED, "has", "any") if hasattr(type(attribute), each)]
            name = ast.unparse(function.value)
            self._refuse(function, unknown(f"{name} has no method", method, offered))
        values = [self._value(each, attribute) for each in node.args]
        named = {str(each.arg): self._value(each.value, None) for each in node.keywords}
        if len(values) != _ASKED[method] or named.keys() - ({"escape"} if "like" in method else set()):
            self._refuse(node, f"{method}() takes {_ASKED[method]} value{'s' * (_ASKED[method] > 1)}")
        return self._tried(node, lambda: getattr(attribute, method)(*values, **named))

    def _related(self, node: ast.Call, attribute: Any, method: str, depth: int) -> Expression:  # noqa: ANN401  what stands at the class
        """Make `linode.has(...)`, or `disks.any(...)`."""
        if not hasattr(type(attribute), method):
            other = "any" if method == "has" else "has"
            instead = f"; write {other}()" if hasattr(type(attribute), other) else ""
            self._refuse(node, f"{ast.unparse(node.func)}() leads nowhere{instead}")
        if node.keywords or len(node.args) > 1:
            self._refuse(node, f"{method}() takes one condition, or none")
        if not node.args:
            return self._tried(node, getattr(attribute, method))
        target = self._target(node, attribute)
        inside = _Reader(target, self._text).condition(node.args[0], depth + 1)
        return self._tried(node, lambda: getattr(attribute, method)(inside))

    def _target(self, node: ast.Call, attribute: Any) -> type:  # noqa: ANN401  what stands at the class
        """Return the class that the condition in `has()` or `any()` is about."""
        if isinstance(attribute, Reference):
            return attribute.relation.model
        if isinstance(attribute, Many):
            return attribute.model
        classes = tuple(attribute.field.codec.bare.nested)
        if len(classes) != 1:
            self._refuse(node, f"{ast.unparse(node.func)}() takes no condition: the list holds plain values")
        return lookup(attribute.field.rows_of) if attribute.field.rows_of else classes[0]

    # -- attributes and values ---------------------------------------------------------------------------------------

    def _attribute(self, node: ast.expr) -> Any:  # noqa: ANN401  what stands at the class
        """Return what stands in conditions for the attribute that a part names."""
        names: list[str] = []
        places: list[ast.expr] = []
        inner = node
        while isinstance(inner, (ast.Attribute, ast.Subscript)):
            if len(names) > DEEPEST:
                self._refuse(node, "this is no attribute")
            names.append(self._name(inner))
            places.append(inner)
            inner = inner.value
        if not isinstance(inner, ast.Name):
            self._refuse(inner, f"this is no attribute ({_kind(inner)})")
        names, places = [inner.id, *reversed(names)], [inner, *reversed(places)]
        if len(names) > 1 and self._is_class(names[0]):
            names, places = names[1:], places[1:]
        try:
            return attribute_at(self._model, names)
        except UnknownNameError as error:
            return self._refuse(places[error.place], error.text)

    def _name(self, node: ast.Attribute | ast.Subscript) -> str:
        if isinstance(node, ast.Attribute):
            return node.attr
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            return node.slice.value
        return self._refuse(node, 'an item is named by a text, as in transfer["in"]')

    def _is_class(self, name: str) -> bool:
        return ALIASES.get(name, name) in {each.__name__ for each in self._model.__mro__}

    def _value(self, node: ast.expr, attribute: Any) -> object:  # noqa: ANN401  what stands at the class
        """Return the value that a part is; a text is a datetime where the attribute is one."""
        try:
            value = literal(node)
            field = getattr(attribute, "field", None) if isinstance(attribute, Attribute) else None
            return as_datetime(value) if field is not None and _is_time(field) else value
        except LiteralError as error:
            return self._refuse(node, str(error))

    def _made(self, node: ast.expr, attribute: Any, method: str, value: object) -> Expression:  # noqa: ANN401  what stands at the class
        if not hasattr(type(attribute), method):
            quantifier = "has" if isinstance(attribute, Reference) else "any"
            self._refuse(node, f"{ast.unparse(node)} leads to other objects; write .{quantifier}(...)")
        return self._tried(node, lambda: getattr(attribute, method)(value))

    def _tried(self, node: ast.expr, make: Callable[[], Any]) -> Expression:
        """Return what the library makes; say what it refuses, with the place."""
        try:
            made: Expression = make()
        except (TypeError, ValueError, AttributeError, LookupError, LinodeORMError) as error:
            return self._refuse(node, str(error))
        return made

    def _refuse(self, node: ast.expr, message: str) -> Never:
        line = self._text.encode()
        begin, end = (len(line[:at].decode(errors="replace")) for at in (node.col_offset, node.end_col_offset or 0))
        raise ConditionError(self._text, message, begin, end)


def _is_time(field: Any) -> bool:  # noqa: ANN401  a field
    return field.codec.cell_type is CellType.DATETIME


def _kind(node: ast.expr) -> str:
    """Return what a part of an expression is, in a word."""
    words = {
        ast.Constant: "a value",
        ast.Lambda: "a function",
        ast.JoinedStr: "a formatted text",
        ast.BinOp: "a computation",
        ast.Name: "an attribute",
        ast.Attribute: "an attribute",
        ast.Call: "a call",
        ast.ListComp: "a comprehension",
        ast.GeneratorExp: "a comprehension",
    }
    return words.get(type(node), type(node).__name__)
