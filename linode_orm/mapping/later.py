"""`later()`: a value of the answer that will create an object, in place of the value itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Never, cast

from linode_orm._public import public
from linode_orm._secrets import is_secret_key
from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.answer_places import shown_place
from linode_orm.mapping.any_json import AnyJSON
from linode_orm.mapping.codecs import NoneType, Scalar
from linode_orm.mapping.containers import ListOf, MapOf
from linode_orm.mapping.model import Model
from linode_orm.mapping.references import AnswerValue
from linode_orm.mapping.relations import Many
from linode_orm.mapping.state import Status, state_of
from linode_orm.mapping.structures import UNDECLARED, Choice

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.mapping.codecs import Codec
    from linode_orm.mapping.fields import Kind


@public
def later(x: Model, attribute: str, /, *place: str | int) -> AnswerValue:
    """Return what stands for a value of the answer that will create `x`: `later(balancer, "ipv4")`; sends nothing.

    It can be assigned wherever the value could: to a field, inside a nested value, a list or a plain dict. `place`
    leads from the attribute to the value, by indexes of lists and names: `later(instance, "ipv4", 0)`. The commit that
    creates `x` fills the value in. Where the answer has none there, or null, the request that needs it fails before it
    is sent, and what depends on that stays pending.

    Raises `AttributeError` for an attribute that the class of `x` lacks, and `TypeError` for an index or a name that no
    value of its type has. Raises `InvalidRequestError` for a value that no answer shows, for an object that has left
    its session, and for a secret, which no plan and no journal may hold. An object that exists has its value already,
    such as the answer of `session.upsert()` in a second run: that value is returned, after 1 GET if it was never read.
    An assignment raises `TypeError` where the type of the value does not fit. It raises `InvalidRequestError` where the
    object belongs to another session.
    """
    if not isinstance(x, Model):
        msg = f"later() takes a new object and the name of an attribute, not {x!r}"
        raise TypeError(msg)
    if not isinstance(attribute, str):
        msg = f"later({x!r}, ...) takes the name of an attribute, not {attribute!r}"
        raise TypeError(msg)
    field = _field(x, attribute)
    if state_of(x).status in {Status.DELETED, Status.DETACHED}:
        msg = f"{x!r} is {state_of(x).status.value}, so no answer will create it"
        raise InvalidRequestError(msg)
    if field.is_write_only:
        _refuse(x, attribute, (), "no answer shows it")
    if field.is_secret:
        _refuse(x, attribute, (), _UNSHOWN)
    keys: list[str | int] = [field.key]
    codec: Codec = field.codec.bare
    for at, each in enumerate(place):
        key, codec = _inside(codec, each, lambda why, at=at: _refuse(x, attribute, place[: at + 1], why))  # type: ignore[misc]  # bound at once
        keys.append(key)
    if not state_of(x).is_new:
        return cast("AnswerValue", _value_there(x, field, place))
    return AnswerValue(x, tuple(keys), shown_place(tuple(keys)), lambda target: suits(cast("Codec", target), codec))


def _value_there(x: Model, field: Kind[Any], place: tuple[str | int, ...]) -> object:
    """Return the value that an object has at a place; raise `InvalidRequestError` where it has none."""
    value: Any = getattr(x, field.name)
    for key in place:
        try:
            value = getattr(value, key) if isinstance(key, str) and not isinstance(value, dict) else value[key]
        except (IndexError, KeyError, AttributeError):
            value = None
    if value is None:
        shown = ", ".join(map(repr, (field.name, *place)))
        msg = f"later({x!r}, {shown}): it exists, and has no value there"
        raise InvalidRequestError(msg)
    return value


def _field(x: Model, name: str) -> Kind[Any]:
    """Return the field with an attribute's name; of a relation, that of its raw id."""
    mapper = x.__mapper__
    relation = mapper.relations.get(name)
    if isinstance(relation, Many):
        _refuse(x, name, (), "it is a collection: name one of its objects, or a value of one")
    via = name if relation is None else relation.via
    field = mapper.fields.get(via)
    if field is None:
        if relation is not None:
            _refuse(x, name, (), "it is the parent, which can stand wherever its id may")
        mapper.refuse_unknown(name)
    return field


def _refuse(x: Model, attribute: str, place: tuple[str | int, ...], why: str) -> Never:
    shown = ", ".join(map(repr, (attribute, *place)))
    msg = f"later({x!r}, {shown}): {why}"
    raise InvalidRequestError(msg)


def _inside(codec: Codec, key: str | int, refuse: Callable[[str], Never]) -> tuple[str | int, Codec]:
    """Return the key in JSON of what stands at a name or an index of a value, and its codec."""
    _check_key(codec, key)
    if not codec.fields and is_secret_key(key):
        refuse(_UNSHOWN)
    if isinstance(codec, (AnyJSON, Choice)):
        return key, UNDECLARED
    if isinstance(codec, (ListOf, MapOf)):
        return key, codec.item.bare
    field = codec.fields.get(str(key)) or next((each for each in codec.fields.values() if each.key == key), None)
    if field is None:
        msg = f"later(): {codec.text} has no attribute {key!r}; it has {', '.join(codec.fields)}"
        raise AttributeError(msg)
    if field.is_secret or field.is_write_only:
        refuse(_UNSHOWN)
    return field.key, field.codec.bare


_UNSHOWN: Final = "it is a secret, which no plan may hold; commit first, and read it then"


def _check_key(codec: Codec, key: object) -> None:
    """Raise `TypeError` for what is no index or name of anything inside the values of a codec."""
    if isinstance(key, bool) or not isinstance(key, (str, int)):
        _mismatch(f"an index or a name expected, not {key!r}")
    if isinstance(key, int) and key < 0:
        _mismatch(f"indexes count from 0, and {key} is negative")
    if isinstance(codec, (AnyJSON, Choice)):
        return
    if not codec.fields and not isinstance(codec, (ListOf, MapOf)):
        _mismatch(f"{codec.text} has nothing inside, and {key!r} leads into it")
    if isinstance(key, int) is not isinstance(codec, ListOf):
        _mismatch(f"{codec.text} takes {'an index' if isinstance(codec, ListOf) else 'a name'}, not {key!r}")


def _mismatch(why: str) -> Never:
    msg = f"later(): {why}"
    raise TypeError(msg)


def suits(target: Codec, source: Codec) -> bool:
    """Whether a value of one codec may be a value of another; undeclared JSON may be anything."""
    target, source = target.bare, source.bare
    if isinstance(source, (AnyJSON, Choice)) or isinstance(target, AnyJSON):
        return True
    if isinstance(target, Choice):
        return any(suits(each, source) for each in target.parts)
    if isinstance(target, Scalar):
        return bool((target.plain & source.plain) - {NoneType})
    if isinstance(target, ListOf):
        return isinstance(source, ListOf) and suits(target.item, source.item)
    if target.is_named_by_id and not source.fields:
        return bool(target.fields["id"].codec.plain & source.plain)
    if target.fields:
        return bool(source.fields)
    if isinstance(target, MapOf):
        return isinstance(source, MapOf) and suits(target.item, source.item)
    return type(target) is type(source)
