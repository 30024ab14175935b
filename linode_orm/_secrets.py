"""Secrets: text that no repr shows, on its way through calls whose locals a traceback may show."""

from __future__ import annotations

from typing import Final

MASK: Final = "***"
"""Shown in place of a secret."""


def hide(value: object) -> object:
    """Return a string as `SecretText`, and any other value as it is."""
    return SecretText(value) if isinstance(value, str) else value


class SecretText(str):
    """A string whose `repr` is masked; a part of it is one too, and `str()` gives it as it is."""

    __slots__ = ()

    def __repr__(self) -> str:
        return MASK

    def __getitem__(self, key: object) -> SecretText:
        return SecretText(super().__getitem__(key))  # type: ignore[index]  # as `str` takes it
