"""Reads TypeScript declarations: interfaces, types, and the types of functions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

_TOKEN: Final = re.compile(
    r"""\s+|//[^\n]*|/\*.*?\*/|(?P<string>'[^']*'|"[^"]*"|`[^`]*`)|(?P<name>[\w$]+)|(?P<sign>=>|\.\.\.|[^\s\w])""",
    re.DOTALL,
)
_OPEN: Final = {"(": ")", "[": "]", "{": "}", "<": ">"}


@dataclass(frozen=True)
class Type:
    """One type: an object with `properties`, an array or a union of `parts`, or a `name` with its arguments as parts.

    `kind` is `object`, `array`, `union`, `all` (an intersection), `function` (its parts are arguments, then the
    result), or `name`; null is the name `null`.
    """

    kind: str
    name: str = ""
    parts: tuple[Type, ...] = ()
    properties: dict[str, Property] = field(default_factory=dict)


@dataclass(frozen=True)
class Property:
    """One property of an object, or one argument of a function."""

    type: Type
    optional: bool = False


UNKNOWN: Final = Type("name", "unknown")


def declarations(text: str) -> dict[str, Type]:
    """Give every interface, type and declared constant of a module by its name."""
    return dict(_Reader(text).declared())


class _Reader:
    """A recursive-descent parser of the part of TypeScript that declaration files of plain data use."""

    def __init__(self, text: str) -> None:
        self._tokens = [each[0] for each in _TOKEN.finditer(text) if each.lastgroup]
        self._at = 0

    def _peek(self, ahead: int = 0) -> str:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def _take(self, *wanted: str) -> bool:
        if self._peek() in wanted:
            self._at += 1
            return True
        return False

    def declared(self) -> list[tuple[str, Type]]:
        """Give the declarations in their order; what is none of them is passed over."""
        found = []
        while self._peek():
            word = self._next()
            if word == "interface":
                found.append(self._interface())
            elif word == "type" and self._peek(1) in {"=", "<"}:
                name = self._next()
                self._parameters()
                self._take("=")
                found.append((name, self._type()))
            elif word == "const" and self._peek(1) == ":":
                name = self._next()
                self._take(":")
                found.append((name, self._type()))
        return found

    def _interface(self) -> tuple[str, Type]:
        name = self._next()
        self._parameters()
        above = []
        if self._take("extends"):
            above.append(self._single())
            while self._take(","):
                above.append(self._single())
        own = self._object() if self._take("{") else UNKNOWN
        return name, Type("all", parts=(*above, own)) if above else own

    def _parameters(self) -> None:
        if self._peek() == "<":
            self._skip()

    def _skip(self) -> None:
        """Pass over what stands in brackets."""
        depth = 0
        while self._peek():
            token = self._next()
            depth += token in _OPEN
            depth -= token in _OPEN.values()
            if depth == 0:
                return

    def _type(self) -> Type:
        self._take("|")
        parts = [self._both()]
        while self._take("|"):
            parts.append(self._both())
        if self._peek() == "extends":  # a conditional type: no declaration of data has one that matters
            while self._peek() not in {";", ""}:
                self._next()
            return UNKNOWN
        return parts[0] if len(parts) == 1 else Type("union", parts=tuple(parts))

    def _both(self) -> Type:
        self._take("&")
        parts = [self._single()]
        while self._take("&"):
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else Type("all", parts=tuple(parts))

    def _single(self) -> Type:
        found = self._bare()
        while self._peek() == "[":
            self._next()
            if self._take("]"):
                found = Type("array", parts=(found,))
            else:  # a property of a type, looked up by its name
                key = self._type()
                self._take("]")
                found = Type("name", "lookup", (found, key))
        return found

    def _bare(self) -> Type:
        word = self._next()
        if word == "{":
            return self._object()
        if word == "(":
            return self._parenthesis()
        if word == "[":
            self._at -= 1
            self._skip()
            return Type("array", parts=(UNKNOWN,))
        if word in {"keyof", "typeof", "readonly", "unique", "infer"}:
            inner = self._single()
            return inner if word == "readonly" else UNKNOWN
        if word == "import":
            self._skip()
            self._take(".")
            word = self._next()
        if word[:1] in {"'", '"', "`"}:
            return Type("name", "string", (Type("name", word[1:-1]),))
        return Type("name", word, self._arguments())

    def _arguments(self) -> tuple[Type, ...]:
        if not self._take("<"):
            return ()
        parts = [self._type()]
        while self._take(","):
            parts.append(self._type())
        self._take(">")
        return tuple(parts)

    def _parenthesis(self) -> Type:
        """Read a function, or a type in parentheses."""
        start = self._at
        self._at -= 1
        self._skip()
        end, is_function = self._at, self._peek() == "=>"
        self._at = start
        if not is_function:
            inner = self._type()
            self._take(")")
            return inner
        properties = {}
        while self._at < end - 1:
            name = self._name_of_argument()
            optional = self._take("?")
            properties[name] = Property(self._type() if self._take(":") else UNKNOWN, optional)
            self._take(",")
        self._at = end
        self._take("=>")
        return Type("function", parts=(self._type(),), properties=properties)

    def _name_of_argument(self) -> str:
        self._take("...")
        if self._peek() == "{":
            self._skip()
            return "{}"
        return self._next()

    def _object(self) -> Type:
        properties = {}
        while self._peek() and not self._take("}"):
            self._take("readonly")
            if self._peek() == "[":
                self._skip()
                name = "[]"
            else:
                name = self._next().strip("'\"")
            optional = self._take("?")
            if self._peek() == "(":  # a method
                self._skip()
            properties[name] = Property(self._type() if self._take(":") else UNKNOWN, optional)
            self._take(";", ",")
        return Type("object", properties=properties)
