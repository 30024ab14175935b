"""Writes a module that touches every attribute and method of every model, for type checkers to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

BASES: Final = ("save", "delete", "wait_until")


def text() -> str:
    """Give the module's text, from the declarations as they can be imported."""
    classes = list(_classes())
    places: dict[str, list[str]] = {}
    for cls in classes:
        places.setdefault(cls.__module__, []).append(cls.__name__)
    lines = [
        "# pyright: strict",
        '"""Touches every attribute and method of every model."""',
        "",
        "from __future__ import annotations",
        "",
    ]
    lines += ["from linode_orm import Session"]
    lines += [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(places.items())]
    for number, cls in enumerate(classes):
        lines += ["", "", f"def touch_{number}(session: Session, each: {cls.__name__}) -> None:"]
        lines += [f"    print({each})" for each in _touched(cls)]
        lines += [f"    for one in session.query({cls.__name__}):", "        print(one)"] if _is_model(cls) else []
    return "\n".join(lines) + "\n"


def _touched(cls: Any) -> Iterator[str]:  # noqa: ANN401  a Model or Nested class
    mapper = cls.__mapper__
    yield from (f"each.{name}" for name in mapper.attributes)
    if not _is_model(cls):
        return
    yield from (f"{cls.__name__}.{name}" for name in mapper.attributes)
    methods = [name for name in vars(cls) if callable(getattr(cls, name)) and not name.startswith("_")]
    inherited = [
        name for base in cls.__mro__[1:-1] for name in vars(base) if name in mapper.operations or name in BASES
    ]
    for name in dict.fromkeys([*methods, *inherited]):
        if not name.startswith("_"):
            yield f"each.{name}"


def _is_model(cls: Any) -> bool:  # noqa: ANN401  a Model or Nested class
    return hasattr(cls, "__identity__")


def _classes() -> Iterator[Any]:
    """Give every model and every class of what is inside its body, each once."""
    from linode_orm import models  # noqa: PLC0415  as they are once they have been written

    seen: set[Any] = set()
    for name in models.INDEX:
        waiting: list[Any] = [getattr(models, name)]
        while waiting:
            cls = waiting.pop(0)
            if cls in seen:
                continue
            seen.add(cls)
            yield cls
            waiting += _inside(cls)


def _inside(cls: Any) -> Iterator[Any]:  # noqa: ANN401  a Model or Nested class
    for field in cls.__mapper__.fields.values():
        yield from field.codec.nested
    yield from (each.gives for each in cls.__mapper__.operations.values() if each.gives is not None)
