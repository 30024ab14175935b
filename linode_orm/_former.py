"""Former places and names of what has moved: pickles of earlier versions look for it there."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.machinery import ModuleSpec
    from types import ModuleType

T = TypeVar("T")

_PLAN: Final = "linode_orm.session.commit.plans.plan"
_REPORT: Final = "linode_orm.session.commit.runs.report"

MOVED: Final[dict[str, str]] = {
    **{f"{_PLAN}.{name}": f"linode_orm.{name}" for name in ("Change", "Plan", "Step")},
    **{
        f"{_PLAN}.{name}": f"linode_orm.session.planning.plan.{name}" for name in ("Hidden", "Key", "Pending", "Source")
    },
    f"{_PLAN}.Rider": "linode_orm.session.planning.plan.NestedCreate",
    **{f"{_REPORT}.{name}": f"linode_orm.{name}" for name in ("CommitReport", "Entry", "Unheld")},
    "linode_orm.mapping.codecs.DateTime": "linode_orm.mapping.timestamps.DateTime",
    "linode_orm.mapping.containers.AnyJSON": "linode_orm.mapping.any_json.AnyJSON",
    "linode_orm.mapping.fields.NestedAttribute": "linode_orm.mapping.nested_attributes.NestedAttribute",
    **{
        f"linode_orm.mapping.relations.{name}": f"linode_orm.mapping.class_references.{name}"
        for name in ("ParentIs", "Reference")
    },
    "linode_orm.mapping.codecs.Moment": "linode_orm.mapping.timestamps.DateTime",
    "linode_orm.mapping.expressions.Attribute": "linode_orm.Attribute",
    "linode_orm.mapping.expressions.Comparison": "linode_orm.mapping.operators.Comparison",
    "linode_orm.mapping.expressions.Order": "linode_orm.Order",
    **{
        f"linode_orm.mapping.containers.{name}": f"linode_orm.mapping.structures.{name}"
        for name in ("ById", "Choice", "Structure")
    },
    **{f"linode_orm.session.inspection.{name}": f"linode_orm.{name}" for name in ("History", "Inspection")},
    "linode_orm.session.waits.waiting.WaitEntry": "linode_orm.WaitEntry",
}
"""Where each name of a former module is now: `"linode_orm.old.module.Name": "linode_orm.Name"`."""


def names_of(module: str) -> Callable[[str], object]:
    """Give the `__getattr__` of a module for the names that have left it.

    A module that stays says `__getattr__ = names_of(__name__)`; one that is gone needs no line but those of `MOVED`.
    """

    def look_up(name: str) -> object:
        place = MOVED.get(f"{module}.{name}")
        if place is None:
            msg = f"module {module!r} has no attribute {name!r}"
            raise AttributeError(msg)
        owner, _, now = place.rpartition(".")
        return getattr(import_module(owner), now)

    return look_up


def formerly(**names: str) -> Callable[[type[T]], type[T]]:
    """Let an attrs class read pickles in which its attributes have former names: `@formerly(old="new")`.

    An attribute that a pickle does not have takes its default.
    """

    def reads(cls: type[T]) -> type[T]:
        kind = cast("Any", cls)
        set_state = kind.__setstate__

        def set_former_state(self: object, state: dict[str, object]) -> None:
            set_state(self, {**_defaults(kind), **{names.get(name, name): value for name, value in state.items()}})

        kind.__setstate__ = set_former_state
        return cls

    return reads


def _defaults(cls: Any) -> dict[str, object]:  # noqa: ANN401  an attrs class
    """Give the values that attributes have unless others are given."""
    from attrs import NOTHING, Factory, fields  # noqa: PLC0415  who imports the package needs none of it

    found: dict[str, Any] = {each.name: each.default for each in fields(cls) if each.default is not NOTHING}
    # one that is made anew for each object, and of no other attribute
    made = {name: value for name, value in found.items() if isinstance(value, Factory)}  # type: ignore[arg-type]  # a class at run time
    return {**found, **{name: value.factory() for name, value in made.items() if not value.takes_self}}


class _Loader:
    """Loads the modules that are gone, and the packages that they were in."""

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave the making of the module to Python."""

    def exec_module(self, module: ModuleType) -> None:
        """Let the module forward its names."""
        vars(module)["__getattr__"] = names_of(module.__name__)


def spec_of(fullname: str) -> ModuleSpec | None:
    """Give what a former module is made of, None for every other name; the package asks when a module is not found."""
    if any(place.startswith(f"{fullname}.") for place in MOVED):
        from importlib.machinery import ModuleSpec  # noqa: PLC0415  who reads no former pickle needs none of it

        # a package, so that modules inside it are asked for
        return ModuleSpec(fullname, cast("Any", _Loader()), is_package=True)
    return None
