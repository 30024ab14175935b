"""The pages of the public API, from signatures and docstrings."""

from __future__ import annotations

import ast
import inspect
import textwrap
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from linode_orm._generate.site.signatures import signature

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def page(title: str, intro: str, module: str, names: Sequence[str], values: Sequence[Any]) -> str:
    """Return a page of public names, which `module` gives."""
    lines = [f"# {title}", "", *([intro, ""] if intro else [])]
    for name, value in zip(names, values, strict=True):
        lines += [*_heading(name, names), *entry(module, name, value)]
    return "\n".join(lines) + "\n"


def _heading(name: str, names: Sequence[str]) -> list[str]:
    return [f"## {name}", ""] if names[1:] else []


def entry(module: str, name: str, value: Any) -> Iterator[str]:  # noqa: ANN401  whatever is public
    """Yield the lines of one public name: a class with its members, or a function."""
    doc = document(value)
    if inspect.isclass(value):
        yield from directive("class", f"{module}.{name}{_constructor(value)}", doc, _bases(value))
        yield from _members(module, name, value)
    elif callable(value):
        yield from directive("function", f"{module}.{name}{signature(value)}", doc)
    else:
        yield from directive("data", f"{module}.{name}", doc)


def directive(kind: str, text: str, doc: str, note: str = "") -> Iterator[str]:
    """Yield a description of one object, which the index of the site finds."""
    yield f"::::{{py:{kind}}} {text}"
    if note:
        yield from (note, "")
    yield from doc.splitlines()
    yield from ("::::", "")


def document(value: Any) -> str:  # noqa: ANN401  whatever is public
    """Return a docstring without its indentation."""
    return inspect.cleandoc(getattr(value, "__doc__", None) or "")


def _constructor(value: type) -> str:
    if issubclass(value, BaseException):
        return ""
    try:
        return str(signature(value))
    except (TypeError, ValueError):
        return ""


def _bases(value: type) -> str:
    names = [each.__name__ for each in value.__bases__ if each is not object and not each.__name__.startswith("_")]
    return f"Also a {', '.join(f'`{each}`' for each in names)}." if names else ""


def _members(module: str, owner: str, value: type) -> Iterator[str]:
    documented = attribute_docs(value)
    for name, doc in documented.items():
        yield from directive("attribute", f"{module}.{owner}.{name}", doc)
    for name, each in public_members(value):
        if name in documented:
            continue
        doc = document(each)
        if isinstance(each, property):
            yield from directive("property", f"{module}.{owner}.{name}", doc)
        elif callable(getattr(value, name)):
            yield from directive("method", f"{module}.{owner}.{name}{signature(getattr(value, name))}", doc)
        elif doc and not isinstance(each, (str, int, float, tuple, frozenset, bool)):
            yield from directive("attribute", f"{module}.{owner}.{name}", doc)


def public_members(value: type) -> Iterator[tuple[str, Any]]:
    """Yield what a class and its bases in the package define under public names, in the order of the source."""
    seen: set[str] = set()
    for cls in value.__mro__:
        if not _is_ours(cls):
            continue
        for name, each in vars(cls).items():
            if name.startswith("_") or name in seen:
                continue
            seen.add(name)
            plain = each.__func__ if isinstance(each, (classmethod, staticmethod)) else each
            yield name, plain


def attribute_docs(value: type) -> dict[str, str]:
    """Return the docstrings that stand below the attributes of a class, in its source."""
    found: dict[str, str] = {}
    for cls in reversed([each for each in value.__mro__ if _is_ours(each)]):
        try:
            parsed = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
        except (OSError, TypeError, SyntaxError):  # Python 3.13 looks in the module that a public class names
            continue
        body = parsed[0] if parsed else None
        if isinstance(body, ast.ClassDef) and body.name == cls.__name__:
            found |= dict(_documented(body.body))
    return found


def _documented(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for before, after in pairwise(body):
        if not isinstance(before, ast.AnnAssign) or not isinstance(before.target, ast.Name):
            continue
        if not isinstance(after, ast.Expr) or before.target.id.startswith("_"):
            continue
        if isinstance(after.value, ast.Constant):
            yield before.target.id, inspect.cleandoc(str(after.value.value))


def _is_ours(cls: type) -> bool:
    module = inspect.getmodule(cls)
    return cls.__module__.split(".")[0] == "linode_orm" or (module is not None and module.__name__ == "linode_orm")
