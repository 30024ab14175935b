"""Occupancy: the places that only one object may have at a time, and which requests take and free them."""

from __future__ import annotations

from functools import cache
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.model import resource
from linode_orm.mapping.normal_forms import name_in_zone
from linode_orm.mapping.record import value_of
from linode_orm.mapping.state import state_of
from linode_orm.mapping.values import ABSENT
from linode_orm.session.planning.holders import paths_of, targets_of
from linode_orm.session.planning.natural_keys import is_natural
from linode_orm.session.planning.ordering import Strength
from linode_orm.session.planning.placeholders import Pending
from linode_orm.session.planning.steps import claims, frees, key_of, unique_names

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence

    from linode_orm.mapping import Model
    from linode_orm.session.planning.plan import Key
    from linode_orm.session.planning.steps import DraftStep, ValueScope

    Body = Mapping[str, Any]


def _equal(one: object, other: object) -> bool:
    return one == other


def _overlap(one: Any, other: Any) -> bool:  # noqa: ANN401  networks
    return bool(one.version == other.version and one.overlaps(other))


def _records_clash(one: tuple[object, object], other: tuple[object, object]) -> bool:
    return "CNAME" in {one[0], other[0]} or one == other


class Slot(NamedTuple):
    """A place: in what it is (a collection, a subnet), what it is, and what tells which others exclude it.

    Two places of one scope and one name exclude each other if `clash` says so of their details. `is_known` says that
    the API is known to refuse the second one.
    """

    scope: Hashable
    what: str
    detail: Any = None
    clash: Callable[[Any, Any], bool] = _equal
    is_known: bool = True


def slots_of(
    instance: Model, parents: tuple[object, ...], body: Body, changed: Collection[str] | None = None
) -> Iterator[Slot]:
    """Yield the places that an object has, by its JSON; with `changed`, at least those that these keys decide."""
    model = instance.__mapper__.name
    scope = (model, parents)
    if changed is None or not _RULE_KEYS.get(model, _NO_KEYS).isdisjoint(changed):
        if model == "DomainRecord":
            yield _record(scope, body, _zone_of(instance))
        rule = _RULES.get(model)
        if rule is not None:
            yield from rule(scope, body)
    if _may_be_in_subnet(model) and (changed is None or not _subnet_keys(model).isdisjoint(changed)):
        yield from _in_subnets(body)
    ids = _chosen_ids(model)
    if len(ids) > 1:
        yield Slot(scope, f"id {', '.join(str(body.get(key)) for key in ids)}")
    for name in _NAMES if changed is None else _guessed_names(model).intersection(changed):
        if isinstance(body.get(name), str) and body[name]:
            yield Slot(scope, f"{name} {body[name]!r}", is_known=False)


@cache
def _chosen_ids(model: str) -> tuple[str, ...]:
    """Return the keys of the parts of an id that users choose; a single one counts among the unique values."""
    mapper = resource(model).__mapper__
    is_chosen = all(is_natural(mapper, name) for name in mapper.id_names)
    return tuple(mapper.fields[name].key for name in mapper.id_names) if is_chosen else ()


@cache
def _may_be_in_subnet(model: str) -> bool:
    return model in {"Instance", "NodeBalancer"} or "VPCSubnet" in targets_of(model)


@cache
def _keys_of(model: str) -> frozenset[str]:
    """Return the keys of a class that tell the places of its objects."""
    return _guessed_names(model) | _subnet_keys(model) | _RULE_KEYS.get(model, _NO_KEYS)


@cache
def _guessed_names(model: str) -> frozenset[str]:
    """Return the names that may be unique; those that are known to be count among the unique values."""
    mapper = resource(model).__mapper__
    return frozenset(_NAMES).difference(mapper.fields[name].key for name in unique_names(mapper))


@cache
def _subnet_keys(model: str) -> frozenset[str]:
    """Return the keys of a class in which its objects have addresses of a subnet."""
    return frozenset(path.keys[0] for path in paths_of(model) if path.target == "VPCSubnet")


def moves(draft: DraftStep) -> bool:
    """Whether a request may give an object another place, or take one from it."""
    if draft.operation in {"create", "delete"}:
        return True
    for each in draft.everyone():
        keys = _keys_of(each.instance.__mapper__.name)
        for change in each.body.changes:
            if change.key in keys:
                return True
    return False


def freed_and_taken(draft: DraftStep, below: Iterable[Model]) -> tuple[list[Slot], list[Slot]]:
    """Return the places that a request frees, and those that it takes; `below` is deleted with what it deletes."""
    before: list[Slot] = []
    after: list[Slot] = []
    for each in draft.everyone():
        body = state_of(each.instance).body
        changes = {change.key: change.new for change in each.body.changes}
        # What an update does not change stays where it is.
        changed = changes.keys() if each.operation == "update" else None
        was = [*slots_of(each.instance, each.parents, body, changed)] if each.operation != "create" else []
        sent = changes if each.operation == "replace" else each.sent  # there its body is the value of one attribute
        now = {**body, **sent}
        becomes = [*slots_of(each.instance, each.parents, now, changed)] if each.operation != "delete" else []
        before += [slot for slot in was if slot not in becomes]
        after += [slot for slot in becomes if slot not in was]
    for each_below in below:
        before += slots_of(each_below, state_of(each_below).parents, state_of(each_below).body)
    return before, after


# -- rules -----------------------------------------------------------------------------------------------------------

_NAMES: Final = ("label", "name", "title", "username")
"""What people call an object: where nobody knows whether it is unique, the old one goes before the new one comes."""
_DEFAULT_PORT: Final = 80


def _port(scope: Hashable, body: Body) -> Iterator[Slot]:
    """Yield the port of a configuration; one without a port gets 80.

    "Port must be unique": linode/linode-cloud-controller-manager#51 and #55. UDP has ports of its own: API reference,
    POST /nodebalancers/{nodeBalancerId}/configs.
    """
    family = "udp" if body.get("protocol") == "udp" else "tcp"
    yield Slot(scope, f"port {body.get('port') or _DEFAULT_PORT}", family)


def _zone_of(instance: Model) -> str:
    """Return the name of the zone of a DNS record, where it was read or assigned."""
    name = str(instance.__mapper__.parent_attribute)
    zone = getattr(instance, name)  # a reference: it sends no request
    if zone is None:
        return ""
    return str(value_of(zone, name) or state_of(zone).body.get(name) or "")


def _record(scope: Hashable, body: Body, zone: str) -> Slot:
    """Return the name of a DNS record, without that of its zone.

    Nothing stands beside a CNAME of the same name: kubernetes-sigs/external-dns#3761 and #2499. Names know no case, and
    a dot at the end says nothing: RFC 1035, 2.3.3 and 3.1.
    """
    name = name_in_zone(body.get("name"), zone)
    return Slot(scope, f"DNS name {name!r}", (body.get("type"), body.get("target")), _records_clash)


def _ranges(scope: Hashable, body: Body) -> Iterator[Slot]:
    """Yield the address ranges of a subnet; those of one VPC must not overlap: API reference, POST /vpcs/{}/subnets."""
    ranges = [body.get("ipv4"), *(each.get("range") for each in body.get("ipv6") or () if isinstance(each, dict))]
    for each in ranges:
        yield from _network(scope, "range", each)


def _network(scope: Hashable, what: str, value: object) -> Iterator[Slot]:
    if isinstance(value, str):
        try:
            yield Slot(scope, what, ip_network(value, strict=False), _overlap)
        except ValueError:
            return  # such as `auto`, or a length alone: the API chooses what is free


def _in_subnets(body: Any) -> Iterator[Slot]:  # noqa: ANN401  JSON
    """Yield the addresses and ranges that interfaces and NodeBalancers have in a subnet.

    Two cannot have the same: API reference, POST /linode/instances/{}/configs/{}/interfaces.
    """
    if isinstance(body, list):
        for each in body:
            yield from _in_subnets(each)
    elif isinstance(body, dict):
        subnet = body.get("subnet_id")
        if subnet is not None and not isinstance(subnet, Pending):
            for text in _texts(body):
                yield from _network(("VPCSubnet", subnet), "address", text)
        else:
            for each in body.values():
                if isinstance(each, (dict, list)):
                    yield from _in_subnets(each)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        if "." in value or ":" in value:
            yield value
    elif isinstance(value, (dict, list)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


_NO_KEYS: Final[frozenset[str]] = frozenset()
_RULE_KEYS: Final[Mapping[str, frozenset[str]]] = {
    "DomainRecord": frozenset({"name", "type", "target"}),
    "NodeBalancerConfig": frozenset({"port", "protocol"}),
    "VPCSubnet": frozenset({"ipv4", "ipv6"}),
}
_RULES: Final[Mapping[str, Callable[[Hashable, Body], Iterator[Slot]]]] = {
    "NodeBalancerConfig": _port,
    "VPCSubnet": _ranges,
}


# -- order -----------------------------------------------------------------------------------------------------------

_FEW: Final = 1000
_NOBODY: Final[Mapping[object, int]] = {}


def order_places(drafts: Sequence[DraftStep], below: Mapping[Key, Sequence[Model]]) -> None:
    """Free a place before it is taken; refuse two objects that take the same unique value."""
    _unique(drafts)
    freeing = [at for at, draft in enumerate(drafts) if draft.operation != "create" and moves(draft)]
    taking = [at for at, draft in enumerate(drafts) if draft.operation != "delete" and moves(draft)] if freeing else ()
    taken: dict[tuple[Hashable, str], list[tuple[int, Slot]]] = {}
    freed: dict[int, list[Slot]] = {}
    for at in taking:
        freed[at], takes = freed_and_taken(drafts[at], ())
        for slot in takes:
            taken.setdefault((slot.scope, slot.what), []).append((at, slot))
    for at in freeing if taken else ():
        frees_here = freed.get(at)
        if frees_here is None:
            with_it = [each for one in drafts[at].everyone() for each in _with(one, below)]
            frees_here = freed_and_taken(drafts[at], with_it)[0]
        for slot in frees_here:
            for taker, wanted in taken.get((slot.scope, slot.what), ()):
                if taker != at and slot.clash(slot.detail, wanted.detail):
                    strength = Strength.CERTAIN if slot.is_known else Strength.GUESSED
                    # promise 2d: a place is free before it is taken
                    drafts[taker].wait_for(at, f"the {slot.what} is free", strength)


def _with(draft: DraftStep, below: Mapping[Key, Sequence[Model]]) -> Sequence[Model]:
    return below.get(key_of(draft.instance), ()) if draft.operation == "delete" else ()


def _unique(drafts: Sequence[DraftStep]) -> None:
    """Free a unique value before it is taken; refuse two objects that take the same value."""
    takers: dict[ValueScope, dict[object, int]] = {}
    for at, draft in enumerate(drafts):
        for where, value, instance in claims(draft):
            taken = takers.setdefault(where, {})
            if value in taken:
                other = next(each[2] for each in claims(drafts[taken[value]]) if each[:2] == (where, value))
                msg = f"{other!r} and {instance!r} both want the {where.attribute} {value!r}, which must be unique"
                raise InvalidRequestError(msg)
            taken[value] = at
    if not takers:
        return
    unknown: list[tuple[ValueScope, int]] = []
    for at, draft in enumerate(drafts):
        for where, value in frees(draft):
            if value is ABSENT:
                unknown.append((where, at))
            elif takers.get(where, _NOBODY).get(value, at) != at:
                drafts[takers[where][value]].wait_for(at, f"the {where.attribute} {value!r} is free")
    if len(unknown) * sum(map(len, takers.values())) <= _FEW * _FEW:
        _perhaps_unique(drafts, takers, unknown)


def _perhaps_unique(
    drafts: Sequence[DraftStep],
    takers: Mapping[ValueScope, Mapping[object, int]],
    unknown: Sequence[tuple[ValueScope, int]],
) -> None:
    """Delete objects that were never read before a unique value is taken that they may have."""
    for where, at in unknown:
        for value, taker in takers.get(where, _NOBODY).items():
            if taker != at:
                drafts[taker].wait_for(at, f"the {where.attribute} {value!r} is free", Strength.GUESSED)
