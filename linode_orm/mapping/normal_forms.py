"""Normal forms: strings of some formats are compared in one form, because several spellings mean the same thing."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from linode_orm.mapping.codecs import Codec, Optional, Scalar, WrongType
from linode_orm.mapping.containers import ListOf

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Form = Callable[[str], str]


def address(text: str) -> str:
    """Return an IP address as RFC 5952 writes it, a prefix length behind it as it came; other strings stay."""
    head, slash, tail = text.partition("/")
    try:
        return f"{ip_address(head)}{slash}{tail}"
    except ValueError:
        return text


NORMAL_FORMS: Final[Mapping[str, Form]] = {
    # DNS names know no case (RFC 4343), and the API's own filter finds a zone in any (certbot/certbot#6972)
    "hostname": str.lower,
    **dict.fromkeys(
        ("ip", "ipv4", "ipv6", "ip/netmask", "ipv4/prefix_length", "ipv6/prefix_length", "ipv6/128"), address
    ),
}
"""The normal form of the strings of a field, by the field's format."""


class NormalFormScalar(Scalar):
    """Strings that several spellings write; users see the spelling that came, and conditions compare normal forms."""

    def __init__(self, plain: Scalar, form: Form, *, is_sent: bool) -> None:
        super().__init__(plain.text, plain.plain, plain.choices)
        self.compared_as_is = frozenset()
        self._form = form
        self._is_sent = is_sent

    def operand(self, value: object) -> object:
        checked = super().operand(value)
        return self._form(checked) if self._is_sent and isinstance(checked, str) else checked

    def comparable(self, raw: object) -> object:
        if type(raw) not in self.plain:
            raise WrongType(self.text, raw)
        return self._form(raw) if isinstance(raw, str) else raw

    def same(self, one: object, other: object) -> bool:
        if isinstance(one, str) and isinstance(other, str):
            return self._form(one) == self._form(other)
        return super().same(one, other)

    def folded(self, part: str) -> str:
        return part.lower()

    def has_part(self, value: object, part: object) -> bool:
        return isinstance(value, str) and isinstance(part, str) and part.lower() in value


def with_normal_form(codec: Codec, kind: str) -> Codec:
    """Return the codec that compares the strings of a format by their normal form; other codecs as they are.

    An address is sent to the server in its normal form, which is how the API writes its own.
    """
    form = NORMAL_FORMS.get(kind)
    if form is None:
        return codec
    if isinstance(codec, Optional):
        return Optional(with_normal_form(codec.inner, kind))
    if type(codec) is ListOf:
        return ListOf(with_normal_form(codec.item, kind), codec.text)
    if type(codec) is Scalar and str in codec.plain:
        return NormalFormScalar(codec, form, is_sent=form is address)
    return codec
