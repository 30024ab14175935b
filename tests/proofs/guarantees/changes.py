"""Takes out of an anchored statement what keeps a promise; a change knows the shape of the statement and no name in it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tests.proofs.guarantees.anchors import anchored

if TYPE_CHECKING:
    from collections.abc import Callable

    Change = Callable[[ast.stmt, ast.FunctionDef | None], ast.stmt]
    """Give what stands instead of a statement, from it and the function around it."""

COLLECTIONS = (ast.Tuple, ast.List, ast.Set)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def changed(text: str, line: int, change: Change) -> str:
    """Give a module with the statement of a line changed."""
    tree = ast.parse(text)
    statement, function = anchored(tree, line)
    tree = _Swap(statement, lambda: change(statement, function)).visit(tree)
    return ast.unparse(ast.fix_missing_locations(tree))


# -- the statement ---------------------------------------------------------------------------------------------------


def left_out(statement: ast.stmt, function: ast.FunctionDef | None) -> ast.stmt:
    """Do nothing instead."""
    return ast.Pass()


def never(statement: ast.stmt, function: ast.FunctionDef | None) -> ast.stmt:
    """Let the condition of an `if` or a `while` be false."""
    assert isinstance(statement, (ast.If, ast.While)), ast.unparse(statement)
    statement.test = ast.Constant(value=False)
    return statement


def always(statement: ast.stmt, function: ast.FunctionDef | None) -> ast.stmt:
    """Let the condition of an `if` be true."""
    assert isinstance(statement, ast.If), ast.unparse(statement)
    statement.test = ast.Constant(value=True)
    return statement


def raised(statement: ast.stmt, function: ast.FunctionDef | None) -> ast.stmt:
    """Raise again what was caught."""
    return ast.Raise()


def first_parameter(statement: ast.stmt, function: ast.FunctionDef | None) -> ast.stmt:
    """Return what the function was given first."""
    return ast.Return(ast.Name(function.args.args[0].arg))


def value(text: str) -> Change:
    """Return, assign or add another value."""

    def change(statement, _function):
        assert isinstance(statement, (ast.Return, ast.Assign, ast.AnnAssign, ast.AugAssign)), ast.unparse(statement)
        statement.value = _expression(text)
        return statement

    return change


# -- the outermost expression of a kind in it ------------------------------------------------------------------------


def if_so() -> Change:
    """Let a conditional expression be what it is where its condition holds."""
    return _inside((ast.IfExp,), lambda each: each.body)


def otherwise() -> Change:
    """Let a conditional expression be what it is where its condition does not hold."""
    return _inside((ast.IfExp,), lambda each: each.orelse)


def without_operand(at: int) -> Change:
    """Leave out one operand of `and` or `or`."""

    def change(found: ast.BoolOp) -> ast.expr:
        del found.values[at]
        return found if len(found.values) > 1 else found.values[0]

    return _inside((ast.BoolOp,), change)


def without_element(at: int) -> Change:
    """Leave out one of several elements of a tuple, list or set that is written out."""

    def change(found: ast.Tuple) -> ast.expr:
        del found.elts[at]
        return found

    return _inside(COLLECTIONS, change, lambda each: len(each.elts) > 1)


def without_keyword() -> Change:
    """Leave out the last argument of a call that is given by its name."""

    def change(found: ast.Call) -> ast.expr:
        del found.keywords[-1]
        return found

    return _inside((ast.Call,), change, lambda each: each.keywords)


def keyword(text: str) -> Change:
    """Give another value for the last argument of a call that is given by its name."""

    def change(found: ast.Call) -> ast.expr:
        found.keywords[-1].value = _expression(text)
        return found

    return _inside((ast.Call,), change, lambda each: each.keywords)


def argument(text: str) -> Change:
    """Give another value for the first argument of a call."""

    def change(found: ast.Call) -> ast.expr:
        found.args[0] = _expression(text)
        return found

    return _inside((ast.Call,), change, lambda each: each.args)


def first_argument() -> Change:
    """Let a call with several arguments be the first of them."""
    return _inside((ast.Call,), lambda each: each.args[0], lambda each: len(each.args) > 1)


def undivided() -> Change:
    """Leave out a divisor."""
    return _inside((ast.BinOp,), lambda each: each.left, lambda each: isinstance(each.op, ast.Div))


def filtered(text: str) -> Change:
    """Let a comprehension have another filter."""

    def change(found: ast.ListComp) -> ast.expr:
        found.generators[-1].ifs = [_expression(text)]
        return found

    return _inside(COMPREHENSIONS, change, lambda each: each.generators[-1].ifs)


def only_what_is_merged() -> Change:
    """Let a comprehension of `one | other` have no element whose `other` is empty."""

    def change(found: ast.ListComp) -> ast.expr:
        found.generators[-1].ifs.append(found.elt.right)
        return found

    return _inside((ast.ListComp,), change, lambda each: isinstance(each.elt, ast.BinOp))


def text(old: str, new: str) -> Change:
    """Replace a text in a string."""

    def change(found: ast.Constant) -> ast.expr:
        return ast.Constant(found.value.replace(old, new))

    return _inside((ast.Constant,), change, lambda each: isinstance(each.value, str) and old in each.value)


def _inside(
    kinds: tuple[type, ...],
    change: Callable[[ast.expr], ast.expr],
    wanted: Callable[[ast.expr], object] = lambda _: True,
) -> Change:
    """Change the outermost expression of a kind in what a statement returns, assigns, calls, asks or runs through."""

    def inside(statement, _function):
        (part,) = [each for each in ("value", "test", "iter") if hasattr(statement, each)]
        whole = getattr(statement, part)
        found = next((each for each in ast.walk(whole) if isinstance(each, kinds) and wanted(each)), None)
        assert found is not None, f"it has no {' or '.join(each.__name__ for each in kinds)}: {ast.unparse(statement)}"
        setattr(statement, part, _Swap(found, lambda: change(found)).visit(whole))
        return statement

    return inside


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


class _Swap(ast.NodeTransformer):
    """Puts something else where a node stands."""

    def __init__(self, node: ast.AST, instead: Callable[[], ast.AST]) -> None:
        self.node, self.instead = node, instead

    def visit(self, node):
        """Go down to the node."""
        return self.instead() if node is self.node else self.generic_visit(node)
