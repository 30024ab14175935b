"""Holds a source against the declarations: operations and keys that they lack, and null where they have none."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from linode_orm._generate.coverage import VERBS, mappers
from linode_orm._generate.facts import join, split

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from linode_orm._generate.sources.value import Path, Source

_BODIES = frozenset({"create", "update"})


@dataclass
class Part:
    """One declared request or answer: the class that it is of, and its fields by raw key; None where any key fits."""

    name: str
    fields: Mapping[str, Any] | None


@dataclass
class Declared:
    """What is declared of one route."""

    request: list[Part] = field(default_factory=list)
    answer: list[Part] = field(default_factory=list)


@dataclass(frozen=True, order=True)
class Finding:
    """One key that a source knows: of which class, at which path, and where the source says so."""

    owner: str
    path: str
    where: str

    @property
    def name(self) -> str:
        """Class and path."""
        return f"{self.owner}.{self.path}"


@dataclass
class Comparison:
    """Operations and keys that a source has and the declarations have not, and fields that it says may be null."""

    operations: list[str]
    keys: list[Finding]
    nullable: list[Finding]


def compare(source: Source) -> Comparison:
    """Hold a source against the declarations as they can be imported."""
    known = declared(exact=source.exact_requests)
    missing: list[str] = []
    keys: set[Finding] = set()
    nullable: set[Finding] = set()
    for route, asked in source.operations.items():
        routes = [route] if route in known else [one for one in known if _same(route, one)]
        if not routes:
            missing.append(route)
        for one in routes:
            where = source.where.get(route, route)
            for parts, said in ((known[one].request, asked.request), (known[one].answer, asked.answer)):
                for part in parts:
                    keys |= {Finding(part.name, join(path), where) for path in _unknown(part, said)}
            for part in known[one].answer:
                paths = (path for path, null in asked.answer.items() if null and _at(part.fields, path) is not None)
                nullable |= {Finding(part.name, join(path), where) for path in paths}
    return Comparison(sorted(missing), sorted(_once(keys)), sorted(_once(nullable)))


def never_null(name: str, path: str) -> bool:
    """Whether the field at a path of a class is declared as one that is never null."""
    found = _at({each.key: each for each in _of(name).fields.values()}, tuple(split(path)))
    return found is not None and is_never_null(found)


def is_never_null(declared_field: Any) -> bool:  # noqa: ANN401  see coverage
    """Whether a field is declared as one that is never null; a list that is null reads as an empty one."""
    return not re.search(r"\bNone\b|\bJSON\b|^(list|TagList|dict)\b", declared_field.text)


def _once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Give one finding of each name."""
    seen: dict[str, Finding] = {}
    for each in sorted(findings):
        seen.setdefault(each.name, each)
    yield from seen.values()


def _same(route: str, declared_route: str) -> bool:
    """Whether a source's route may be a declared one: a parameter may be a word there (`/databases/{}/instances`)."""
    one, other = route.rstrip("/").split("/"), declared_route.split("/")
    if len(one) != len(other) or one[:2] != other[:2]:
        return False
    return all(a in {"{}", b} for a, b in zip(one, other, strict=True))


# -- what is declared --------------------------------------------------------------------------------------------------


def declared(*, exact: bool) -> dict[str, Declared]:
    """Give what is declared of each route with nameless parameters; unless `exact`, a body may name any field."""
    found: dict[str, Declared] = {}
    for mapper in mappers():
        for verb, method in VERBS.items():
            if verb in mapper.verbs:
                path = mapper.path if verb in {"list", "create"} else mapper.item_path
                one = found.setdefault(f"{method} {_bare(path)}", Declared())
                one.answer += [] if verb == "delete" else [_answered(mapper)]
                one.request += [_asked(mapper, verb, exact=exact)] if verb in _BODIES else []
        for each in mapper.fields.values():
            if each.written_by:
                one = found.setdefault(f"PUT {_bare(mapper.item_path)}/{each.written_by}", Declared())
                inner = {below.key: below for below in each.codec.fields.values()}
                one.request.append(Part(f"{mapper.name}.{each.name}", inner))
        for relation in mapper.relations.values():
            if getattr(relation, "path", ""):
                one = found.setdefault(f"GET {_bare(mapper.item_path)}/{relation.path}", Declared())
                one.answer.append(_answered(_of(relation.target)))
        for operation in mapper.operations.values():
            base = mapper.path if operation.scope == "collection" else mapper.item_path
            path = operation.path if operation.path.startswith("/") else f"{base}/{operation.path}".rstrip("/")
            one = found.setdefault(f"{operation.method} {_bare(path)}", Declared())
            taken = None if "" in operation.body.values() else dict.fromkeys(operation.body.values())
            one.request.append(Part(f"{mapper.name}.{operation.name}()", taken))
            one.answer += _results(mapper, operation)
    return found


def _results(mapper: Any, operation: Any) -> Iterator[Part]:  # noqa: ANN401  see coverage
    answers = str(operation.answers or "")
    if operation.gives is not None:
        nested = operation.gives.__mapper__
        yield Part(nested.cls.__name__, {each.key: each for each in nested.fields.values()})
    elif answers not in {"", "value", "bytes", "strings", "mixed"}:
        target = _of(answers.rpartition(":")[2])
        yield _answered(mapper if target is None else target)


def _answered(mapper: Any) -> Part:  # noqa: ANN401  see coverage
    fields = {each.key: each for each in mapper.fields.values() if not each.is_write_only}
    return Part(mapper.name, fields | _children(mapper, "embedded") if fields or mapper.relations else None)


def _asked(mapper: Any, verb: str, *, exact: bool) -> Part:  # noqa: ANN401  see coverage
    fields = {each.key: each for each in mapper.fields.values() if not exact or each.takes(verb)}
    return Part(mapper.name, fields | (_children(mapper, "create_key") if verb == "create" else {}))


def _children(mapper: Any, mark: str) -> dict[str, Any]:  # noqa: ANN401  see coverage
    keys = [str(getattr(each, mark, "") or "") for each in mapper.relations.values()]
    return dict.fromkeys(key for key in keys if key)


def _of(name: str) -> Any:  # noqa: ANN401  see coverage
    from linode_orm import models  # noqa: PLC0415  as they are once they have been written

    return getattr(models, name).__mapper__


def _bare(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


# -- what differs ------------------------------------------------------------------------------------------------------


def _unknown(part: Part, said: Iterable[Path]) -> Iterator[Path]:
    """Give the paths that a part does not have, the outermost of each."""
    found: list[Path] = []
    for path in sorted(said):
        if _lacks(part.fields, path) and not any(path[: len(above)] == above for above in found):
            found.append(path)
    yield from found


def _lacks(fields: Mapping[str, Any] | None, path: Path) -> bool:
    if fields is None or (not fields and path):
        return fields is not None and bool(path)
    head, *rest = path
    if head not in fields:
        return not any(name.startswith(f"{head}.") for name in fields)  # a key with a dot is no path
    if not rest or fields[head] is None:
        return False
    inner = {each.key: each for each in fields[head].codec.fields.values()}
    return bool(inner) and _lacks(inner, tuple(rest))


def _at(fields: Mapping[str, Any] | None, path: Path) -> Any:  # noqa: ANN401  a field
    head, *rest = path
    found = (fields or {}).get(head)
    if found is None or not rest:
        return found
    return _at({each.key: each for each in found.codec.fields.values()}, tuple(rest))
