"""Holds the signatures that `help()` and notebooks show against those that type checkers read."""

from __future__ import annotations

import ast
import inspect

import pytest

from linode_orm import Instance, Volume, models
from linode_orm.mapping.relations import Many
from linode_orm.models import INDEX
from linode_orm.models.linode.instance_types import InstanceAlerts


def declared(model):
    """Give the arguments of the constructor that type checkers read, with whether each is required."""
    body = ast.parse(inspect.getsource(model)).body[0].body
    blocks = [each for each in body if isinstance(each, ast.If)]
    found = [each.args for block in blocks for each in block.body if isinstance(each, ast.FunctionDef)]
    new = next((each for each in found if each.kwonlyargs), None)
    if new is None:
        return {each.arg: True for each in found[0].posonlyargs[1:]}
    return {each.arg: default is None for each, default in zip(new.kwonlyargs, new.kw_defaults, strict=True)}


@pytest.mark.parametrize("name", INDEX)
def test_signature_is_the_declared_one(name):
    """The signature of a class has the arguments of its declaration, and requires the same ones.

    Children may also be appended, so that a list of them is never required at run time.
    """
    model = getattr(models, name)
    children = {each for each, one in model.__mapper__.relations.items() if isinstance(one, Many)}
    shown = {each.name: each.default is each.empty for each in inspect.signature(model).parameters.values()}
    wanted = {each: required and each not in children for each, required in declared(model).items()}
    assert shown == wanted


def test_required_arguments_come_first():
    """A signature reads as it is typed: required keywords, then the others with three dots."""
    text = str(inspect.signature(Instance))
    assert text.startswith("(*, region: Region | str, type: ")
    assert "label: str = ..." in text
    assert "'" not in text.replace("Literal['", "").replace("']", "").replace("', '", "")


def test_help_shows_the_call():
    """`help()` opens with the call that makes an object."""
    shown = inspect.getdoc(Volume), str(inspect.signature(Volume))
    assert shown[1].startswith("(*, label: str, ")
    assert "tags: Iterable[str] = ..." in shown[1]


def test_a_nested_value_shows_its_keywords():
    """The class of a value inside a body shows the keywords that it takes."""
    assert "cpu: int = ..." in str(inspect.signature(InstanceAlerts))
