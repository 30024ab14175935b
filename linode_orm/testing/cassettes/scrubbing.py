"""Scrubbing of requests and answers: secrets are found by declarations, keys and addresses, and get stand-ins."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from linode_orm._secrets import is_secret_key
from linode_orm.testing.cassettes.suspects import is_secret_parameter, is_suspect
from linode_orm.testing.declared import declared_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from linode_orm.testing.cassettes.stand_ins import StandIns

_ROWS: Final = "data"
"""The key of a page under which its rows stand; they are bodies of their own."""
_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\"'<>]+")
_USER: Final = re.compile(r"(://[^/?#\s:@]*:)([^/?#\s@]+)(?=@)")
_PARAMETER: Final = re.compile(r"([?&;#])([\w.%-]+)=([^&;#\s\"'<>]*)")
_VALUE: Final = r"""("(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,;&"'<>{}\[\]]+)"""
_PAIR: Final = re.compile(r"""(["']?)([A-Za-z][\w.-]*)(\1\s*[:=]\s*)""" + _VALUE)
"""In a text: `password: x`, `password=x`, `"password": "x"`."""
_ASSIGNMENT: Final = re.compile(r"""()([A-Za-z][\w.-]*)(=|["']\s*[:=]\s*)""" + _VALUE)
"""In a string of JSON, whose colons are those of sentences: `password=x`, `"password": "x"`."""
_SCHEME: Final = re.compile(r"(?i)\b((?:bearer|basic) )([\w.~+/=-]{6,})")


@frozen
class KeyRule:
    """Which keys name secrets: the one rule, the declarations, and what a user has added or taken away."""

    added: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()
    _known: dict[tuple[str, str], bool] = field(factory=dict, init=False, eq=False, repr=False)
    """By holder and key, because each is asked for in every row of every list."""

    def is_secret(self, holder: str, key: str, value: object, keys: frozenset[str]) -> bool:
        """Whether the value under a key is a secret; `keys` are those that its request declares."""
        if value is None or isinstance(value, bool):
            return False
        place = (holder, key)
        if place not in self._known:
            self._known[place] = self.names_secret(key) or place in declared_keys().secret_below
        return self._known[place] or (key in keys and key not in self.plain)

    def is_suspect(self, key: str, value: object) -> bool:
        """Whether a value that is no secret looks like one."""
        return (
            isinstance(value, (str, int))
            and key not in self.plain
            and is_suspect(key, value, is_known=key in declared_keys().known)
        )

    def names_secret(self, key: str) -> bool:
        """Whether a key names a secret wherever it stands."""
        return key not in self.plain and (is_secret_key(key) or key in declared_keys().secret | self.added)


@frozen
class Scrubber:
    """Replaces the secrets of requests and answers; `suspects` are the paths of what looks like one and is none."""

    rule: KeyRule
    stand_ins: StandIns
    suspects: dict[str, None] = field(factory=dict)
    _strings: dict[str, tuple[int, str]] = field(factory=dict, init=False, repr=False)
    """What strings became, each with how many secrets were known then: lists repeat most of their strings."""

    def body(self, value: object, where: str, keys: frozenset[str] = frozenset()) -> object:
        """Return a copy of a body in JSON without its secrets; `where` is how a message names it."""
        return self._value(value, where, "", keys)

    def _value(self, value: Any, path: str, key: str, keys: frozenset[str]) -> object:  # noqa: ANN401  JSON
        if isinstance(value, dict):
            holder = "" if key == _ROWS else key
            return {self._name(name): self._member(each, path, holder, name, keys) for name, each in value.items()}
        if isinstance(value, list):
            return [self._value(each, f"{path}[{at}]", key, keys) for at, each in enumerate(value)]
        return self._leaf(value, path, key)

    def _member(self, value: Any, path: str, holder: str, name: str, keys: frozenset[str]) -> object:  # noqa: ANN401  JSON
        if self.rule.is_secret(holder, name, value, keys):
            return self._secret(value)
        return self._value(value, f"{path}.{name}", name, keys)

    def _leaf(self, value: object, path: str, key: str) -> object:
        if value is None or isinstance(value, (bool, float)):
            return value
        if self.rule.is_suspect(key, value):
            self.suspects[path] = None
        return self.string(value) if isinstance(value, str) else value

    def _secret(self, value: Any) -> object:  # noqa: ANN401  JSON
        """Return the stand-in of a secret; a document keeps its keys, and an address all but its query."""
        if isinstance(value, dict):
            return {key: self._secret(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._secret(each) for each in value]
        if isinstance(value, str):
            return self._address(value, is_all=True) if _ADDRESS.fullmatch(value) else self.stand_ins.of(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return self.stand_ins.number(value)
        return value

    def _name(self, key: str) -> str:
        return key if key in declared_keys().known else self.stand_ins.replace(key)

    def string(self, value: str) -> str:
        """Return a string without the secrets in it: those of addresses and assignments, and those that are known."""
        known = self.stand_ins.known
        found = self._strings.get(value)
        if found is None or found[0] != known:
            shown = value
            if "=" in value or "@" in value or '":' in value:
                shown = _ASSIGNMENT.sub(self._pair, self.address(value))
            found = self._strings[value] = known, self.stand_ins.replace(shown)
        return found[1]

    def _pair(self, match: re.Match[str]) -> str:
        quote, name, between, secret = match.groups()
        bare = secret.strip("\"'")
        if not bare or not self.rule.names_secret(name) or bare.lower() in {"null", "true", "false"}:
            return match[0]
        return f"{quote}{name}{between}{secret.replace(bare, self.stand_ins.of(bare, is_guessed=True))}"

    def address(self, value: str) -> str:
        """Return an address, or a string with addresses in it, without passwords, signatures and tokens."""
        return self._address(value, is_all=False)

    def _address(self, value: str, *, is_all: bool) -> str:
        def parameter(match: re.Match[str]) -> str:
            start, name, secret = match.groups()
            if not secret or not (is_all or is_secret_key(name) or is_secret_parameter(name)):
                return match[0]
            return f"{start}{name}={self.stand_ins.of(secret)}"

        value = _USER.sub(lambda match: match[1] + self.stand_ins.of(match[2]), value)
        return _PARAMETER.sub(parameter, value)

    def parameters(self, pairs: Iterable[tuple[str, str]], keys: frozenset[str]) -> dict[str, str]:
        """Return the parameters of a query without secrets; those of one name stand together."""
        found: dict[str, str] = {}
        for name, value in pairs:
            is_secret = name in keys or is_secret_key(name) or is_secret_parameter(name)
            shown = self.stand_ins.of(value) if is_secret else self.string(value)
            found[name] = f"{found[name]}&{shown}" if name in found else shown
        return found

    def text(self, value: str, where: str) -> str:
        """Return a text that is no JSON without its secrets: `password=...`, `"token": "..."`, `Bearer ...`."""
        value = _PAIR.sub(self._pair, self.address(value))
        value = _SCHEME.sub(lambda match: match[1] + self.stand_ins.of(match[2], is_guessed=True), value)
        if self.rule.is_suspect("", value):
            self.suspects[where] = None
        return self.stand_ins.replace(value)

    def content(
        self, content: bytes, where: str, keys: frozenset[str], written: Callable[[object], str] | None
    ) -> bytes:
        """Return the content of an answer without its secrets; JSON is `written` anew, a file stays as it was."""
        try:
            text = content.decode()
        except UnicodeDecodeError:
            return self.stand_ins.replace(content.decode("latin-1")).encode("latin-1")
        if written is not None:
            try:
                return written(self.body(json.loads(text), where, keys)).encode()
            except (ValueError, RecursionError):
                pass
        return self.text(text, where).encode()
