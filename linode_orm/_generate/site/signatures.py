"""Signatures as a person types them."""

from __future__ import annotations

import inspect
from typing import Any

from linode_orm.mapping.values import UNSET


class _Written(str):
    """A part of a signature that is shown as it is written."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def signature(function: Any) -> inspect.Signature:  # noqa: ANN401  a function or a class
    """Return the signature with annotations as they are written and defaults that can be read; without `self`."""
    found = inspect.signature(function)
    parameters = [_written(each) for each in found.parameters.values() if each.name not in {"self", "cls"}]
    result = found.return_annotation
    if inspect.isclass(function) or result is found.empty:
        return inspect.Signature(parameters)
    return inspect.Signature(parameters, return_annotation=_Written(_text(result)))


def call(function: Any, name: str) -> str:  # noqa: ANN401  a function
    """Return a call with the names of the arguments alone; those that may be left out have `=...`."""
    return name + str(inspect.Signature([_bare(each) for each in signature(function).parameters.values()]))


def _bare(each: inspect.Parameter) -> inspect.Parameter:
    default = each.default if each.default is each.empty else _Written("...")
    return each.replace(annotation=each.empty, default=default)


def _written(each: inspect.Parameter) -> inspect.Parameter:
    annotation: Any = each.annotation
    if annotation is not each.empty:
        annotation = _Written(_text(annotation).replace(" | Unset", ""))
    default: Any = each.default
    if default is UNSET or (default is not each.empty and repr(default).startswith("<")):
        default = _Written("...")
    return each.replace(annotation=annotation, default=default)


def _text(annotation: Any) -> str:  # noqa: ANN401  whatever an annotation is
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
