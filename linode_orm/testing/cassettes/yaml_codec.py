"""YAML as text: what a cassette is written with, and what vcrpy's cassettes hold beyond plain YAML."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from linode_orm.errors import ConfigError

_WIDTH: Final = 1_000_000
_PYTHON: Final = "tag:yaml.org,2002:python/"


class OneLineList(list[object]):
    """A list that stands on one line."""


class OneLineMap(dict[str, object]):
    """A map that stands on one line."""


def check_yaml() -> None:
    """Raise `ConfigError` where PyYAML is not installed."""
    _yaml()


def loaded(text: bytes) -> Any:  # noqa: ANN401  any document
    """Return a document; raise `ValueError` for what is no YAML, and for tags that would run code."""
    yaml = _yaml()
    try:
        return yaml.load(text, Loader=_loader())
    except (yaml.YAMLError, RecursionError) as error:
        place = str(getattr(error, "problem_mark", "") or "its begin").strip()
        msg = f"it is no YAML: {getattr(error, 'problem', None) or type(error).__name__} at {place}"
        raise ValueError(msg) from None


def text_of(document: object) -> str:
    """Return the text of a document: sorted keys, strings of several lines as they are, no anchors."""
    return str(_yaml().dump(document, Dumper=_dumper(), width=_WIDTH, allow_unicode=True))


def _yaml() -> Any:  # noqa: ANN401  a module without types
    try:
        import yaml  # type: ignore[import-untyped]  # noqa: PLC0415  an extra
    except ImportError:
        msg = "cassettes need PyYAML: pip install 'linode_orm[cassettes]'"
        raise ConfigError(msg) from None
    return yaml


@cache
def _loader() -> Any:  # noqa: ANN401  a class without types
    """Make a safe loader that knows the bodies for which vcrpy has tags: iterators and open files, read as bytes."""
    yaml = _yaml()

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # a class without types
        """Reads cassettes."""

    def sequence(loader: Any, node: Any) -> object:  # noqa: ANN401  PyYAML's own
        return loader.construct_sequence(node, deep=True)

    def iterator(loader: Any, node: Any) -> object:  # noqa: ANN401  the same
        (chunks,) = loader.construct_mapping(node, deep=True)["args"]
        return b"".join(each.encode() if isinstance(each, str) else each for each in chunks)

    def file(loader: Any, node: Any) -> object:  # noqa: ANN401  the same
        content = loader.construct_mapping(node, deep=True)["state"][0]
        return content.encode() if isinstance(content, str) else content

    Loader.add_constructor(f"{_PYTHON}str", lambda loader, node: loader.construct_scalar(node))
    Loader.add_constructor(f"{_PYTHON}tuple", sequence)
    Loader.add_constructor(f"{_PYTHON}object/apply:builtins.iter", iterator)
    Loader.add_constructor(f"{_PYTHON}object/new:_io.BytesIO", file)
    return Loader


@cache
def _dumper() -> Any:  # noqa: ANN401  a class without types
    yaml = _yaml()

    class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # a class without types
        """Writes cassettes."""

        def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  PyYAML's own
            return True

    def string(dumper: Any, value: str) -> object:  # noqa: ANN401  PyYAML's own
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)

    Dumper.add_representer(str, string)
    Dumper.add_representer(
        OneLineList, lambda dumper, value: dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=True)
    )
    Dumper.add_representer(
        OneLineMap, lambda dumper, value: dumper.represent_mapping("tag:yaml.org,2002:map", value, flow_style=True)
    )
    return Dumper
