"""Lists and dicts that report every change to the object that holds them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, Protocol, Self, SupportsIndex, TypeVar, cast

from linode_orm._public import public
from linode_orm._secrets import masked, stripped
from linode_orm.mapping.json_values import problem_of

T = TypeVar("T")


class Holder(Protocol):
    """What holds a mutable value: a model, a nested object, or another list or dict."""

    def __touch__(self, name: str) -> None:
        """Record that the value called `name` is about to change."""


Adopt = Callable[[object, Holder], Any]
"""Checks a value that a user puts into a list or dict, and returns the value that it keeps."""


def _keep(value: object, _: Holder) -> object:
    return value


class _Tracked:
    """What lists and dicts share: the holder that they report to, and the check of new values."""

    __slots__ = ()

    _holder: Holder | None
    _name: str
    _adopt: Adopt
    _null: bool

    @property
    def __null__(self) -> bool:
        """Whether the user wrote None here and put nothing in since.

        The API takes null as an empty list or map (docs/api-notes.md#null-for-a-list).
        """
        return getattr(self, "_null", False) and not list(self)  # type: ignore[call-overload]  # lists and maps

    def __touch__(self, name: str) -> None:
        """Report a change to the holder."""
        del name
        if self._holder is not None:
            self._holder.__touch__(self._name)

    def __describe__(self) -> str:
        """Return the name of this value for a message: its holder and attribute, if it has them."""
        describe = getattr(self._holder, "__describe__", None)
        return f"{describe()}.{self._name}".rstrip(".") if describe is not None else type(self).__name__

    @classmethod
    def __held__(cls, holder: Holder, name: str, adopt: Adopt) -> Self:
        """Return an empty list or dict with a holder."""
        self = cls.__new__(cls)
        self._holder = holder  # type: ignore[misc]  # a slot of the subclass
        self._name = name  # type: ignore[misc]  # a slot of the subclass
        self._adopt = adopt
        return self


class TrackedList(_Tracked, list[T], Generic[T]):
    """A `list` whose changes are changes of the object that holds it."""

    __slots__ = ("_adopt", "_holder", "_name", "_null")

    def __init__(self, values: Iterable[T] = ()) -> None:
        list.__init__(self, values)
        self._holder, self._name, self._adopt = None, "", _keep

    def __replace__(self, values: Iterable[Any]) -> None:
        """Replace the contents without recording a change."""
        list.__setitem__(self, slice(None), values)

    def __reduce__(self) -> tuple[type[list[T]], tuple[list[T]]]:
        return list, (cast("list[T]", stripped(list(self))),)

    def __repr__(self) -> str:
        return repr(masked(list(self)))

    def append(self, value: T, /) -> None:
        adopted = self._adopt(value, self)
        self.__touch__("")
        list.append(self, adopted)

    def extend(self, values: Iterable[T], /) -> None:
        adopted = [self._adopt(value, self) for value in values]
        self.__touch__("")
        list.extend(self, adopted)

    def insert(self, index: SupportsIndex, value: T, /) -> None:
        adopted = self._adopt(value, self)
        self.__touch__("")
        list.insert(self, index, adopted)

    def __setitem__(self, index: Any, value: Any, /) -> None:  # noqa: ANN401  both forms of list's
        many = isinstance(index, slice)
        adopted = [self._adopt(each, self) for each in value] if many else self._adopt(value, self)
        self.__touch__("")
        list.__setitem__(self, index, adopted)

    def __iadd__(self, values: Iterable[T], /) -> Self:  # type: ignore[override, misc]
        self.extend(values)
        return self

    def __imul__(self, times: SupportsIndex, /) -> Self:
        self.__touch__("")
        list.__imul__(self, times)
        return self

    def __delitem__(self, index: SupportsIndex | slice, /) -> None:
        self.__touch__("")
        list.__delitem__(self, index)

    def remove(self, value: T, /) -> None:
        self.__touch__("")
        list.remove(self, value)

    def pop(self, index: SupportsIndex = -1, /) -> T:
        self.__touch__("")
        return list.pop(self, index)

    def clear(self) -> None:
        self.__touch__("")
        list.clear(self)

    def reverse(self) -> None:
        self.__touch__("")
        list.reverse(self)

    def sort(self, *, key: Callable[[T], object] | None = None, reverse: bool = False) -> None:
        self.__touch__("")
        list.sort(self, key=cast("Any", key), reverse=reverse)


@public
class TagList(TrackedList[str]):
    """The tags of an object: a list without duplicates, whose edits are edits of a set.

    `add`, `discard` and every list method say which tags to put on or take off; they are applied again to whatever
    the server's value turns out to be. Assigning the attribute means exactly those tags.
    """

    __slots__ = ()

    def add(self, tag: str, /) -> None:
        """Add a tag, unless it is there."""
        self.append(tag)

    def discard(self, tag: str, /) -> None:
        """Remove a tag, if it is there."""
        if tag in self:
            self.remove(tag)

    def append(self, value: str, /) -> None:
        if value not in self:
            super().append(value)

    def extend(self, values: Iterable[str], /) -> None:
        for value in values:
            self.append(value)

    def insert(self, index: SupportsIndex, value: str, /) -> None:
        if value not in self:
            super().insert(index, value)


class TrackedDict(_Tracked, dict[str, T], Generic[T]):
    """A `dict` whose changes are changes of the object that holds it."""

    __slots__ = ("_adopt", "_holder", "_name", "_null")

    def __init__(self, values: Mapping[str, T] | Iterable[tuple[str, T]] = ()) -> None:
        dict.__init__(self, values)
        self._holder, self._name, self._adopt = None, "", _keep

    def __replace__(self, values: Mapping[str, Any]) -> None:
        """Replace the contents without recording a change."""
        dict.clear(self)
        dict.update(self, values)

    def __reduce__(self) -> tuple[type[dict[str, T]], tuple[dict[str, T]]]:
        return dict, (cast("dict[str, T]", stripped(dict(self))),)

    def __repr__(self) -> str:
        return repr(masked(dict(self)))

    def __setitem__(self, key: str, value: T, /) -> None:
        given: object = key
        if not isinstance(given, str) or problem_of(given):
            msg = f"{self.__describe__()}: text expected as a key, not {key!r}"
            raise TypeError(msg)
        adopted = self._adopt(value, self)
        self.__touch__("")
        dict.__setitem__(self, key, adopted)

    def __delitem__(self, key: str, /) -> None:
        self.__touch__("")
        dict.__delitem__(self, key)

    def __ior__(self, other: Mapping[str, T], /) -> Self:  # type: ignore[override, misc]
        self.update(other)
        return self

    def update(self, other: Mapping[str, T] | Iterable[tuple[str, T]] = (), /, **values: T) -> None:  # type: ignore[override]
        for key, value in dict(other, **values).items():
            self[key] = value

    def setdefault(self, key: str, default: T, /) -> T:
        if key not in self:
            self[key] = default
        return self[key]

    def pop(self, key: str, *default: T) -> T:  # type: ignore[override]
        self.__touch__("")
        return dict.pop(self, key, *default)

    def popitem(self) -> tuple[str, T]:
        self.__touch__("")
        return dict.popitem(self)

    def clear(self) -> None:
        self.__touch__("")
        dict.clear(self)
