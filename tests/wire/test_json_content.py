"""orjson gives the same answers as json, value by value and type by type, or json decides."""

from __future__ import annotations

import json
import math
from random import Random
from unittest.mock import patch

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linode_orm.errors import ResponseError
from linode_orm.simulator import Simulator
from linode_orm.wire import Request, Response, json_content
from linode_orm.wire.json_content import parse_json
from tests.proofs.hostile import raw
from tests.proofs.hostile.answers import ODD, encoded, mutated

LISTED = [
    b"", b" ", b"0", b"-0", b"-0.0", b"1e400", b"-1e400", b"1e-400", b"1E5", b"1e0000000000000000001", b"5e-324", b"NaN",
    b"[Infinity, -Infinity]", b'{"a": 1, "a": 2}', b'"\\ud800"', b'"\\ud83d\\ude00"', b'"\xff"', b'"\xed\xa0\x80"', b"\xef\xbb\xbf{}",
    b'"\\u0000"', b'"\x00"', b'"\t"', b"{}x", b"[1,]", b"01", b"+1", b".5", b"1.", b"\xc2\xa0{}", b"\x0b{}", b'{"\\ud800": 1}', b"nul",
    "{}".encode("utf-16"), "{}".encode("utf-32"), '{"a": "ü"}'.encode("utf-16-le"), b"[" * 200 + b"]" * 200, b"[" * 3000 + b"]" * 3000,
    b"9223372036854775807", b"9223372036854775808", b"18446744073709551616", b"-9223372036854775809", b"[0,123456789012345678901]",
    b'{"a":-123456789012345678901}', b'"1234567890123456789012"', b"1234567890123456789.5", b"0.1234567890123456789012345",
    b'{"a" :\r\n -123456789012345678901}', b"[0 ,\t18446744073709551616]", b"[ 123456789012345678901]", b" \n123456789012345678901",
    b'{"a": [[], {"b": 123456789012345678901}]}', b'["a: 1234567890, 1234567890 12345678901", 1]', b'["2024-01-31T01:26:00.123456789"]',
]  # fmt: skip


def outcome(parse, content):
    """Give what a parser makes of some bytes, in a form that tells types, signs and the order of keys apart."""
    try:
        return "value", typed(parse(content))
    except (ValueError, RecursionError):
        return "refused", None


def typed(value):
    """Give a value with its types."""
    if isinstance(value, dict):
        return "dict", [(key, typed(each)) for key, each in value.items()]
    if isinstance(value, list):
        return "list", [typed(each) for each in value]
    if isinstance(value, float):
        return "float", "nan" if math.isnan(value) else (value, math.copysign(1, value))
    return type(value).__name__, value


def by_json(content):
    """Parse as an environment without orjson does."""
    with patch.object(json_content, "quick_loads", lambda: None):
        return parse_json(content)


def same(content):
    """Whether both ways make the same of some bytes."""
    return outcome(parse_json, content) == outcome(by_json, content)


@pytest.fixture(autouse=True)
def _with_orjson(monkeypatch):
    monkeypatch.setattr(json_content, "quick_loads", lambda: orjson.loads)


@pytest.mark.parametrize("content", [pytest.param(each, id=str(at)) for at, each in enumerate(LISTED)])
def test_listed(content):
    """What the two are known to treat differently comes out alike."""
    assert same(content)


def test_hostile_bodies():
    """So does every kind of hostile body that the proofs send."""
    random = Random(7)
    body = {"data": [{"id": 7, "label": "x", "specs": {"memory": 1}}], "page": 1, "pages": 1, "results": 1}
    contents = [encoded(each) for each in ODD] + [mutated(random, body) for _ in range(2_000)]
    contents += [raw.broken(random) for _ in range(2_000)]
    assert [each for each in contents if not same(each)] == []


@pytest.mark.slow
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_any_document(value):
    """So does any document, with ASCII escapes and without."""
    assert same(json.dumps(value).encode())
    assert same(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))


@pytest.mark.slow
@given(
    st.lists(
        st.sampled_from(
            [b'"', b"{", b"}", b"[", b"]", b":", b",", b"-", b".", b"e", b"0", b"123456789", b"\\u", b"d8", b" "]
        )
    )
)
def test_any_bytes(parts):
    """So do bytes that look like JSON."""
    assert same(b"".join(parts))


@pytest.mark.parametrize("content", [b'{"a": 1}', b'{"host_uuid": "0000000000000000000000000000000000103c41"}'])
def test_it_is_used(content, monkeypatch):
    """Orjson parses what it can, also beside long rows of digits inside of strings."""
    monkeypatch.setattr(json, "loads", None)
    assert parse_json(content) == orjson.loads(content)


def test_without_it(monkeypatch):
    """Where it is not installed, json parses everything."""
    monkeypatch.setattr(json_content, "quick_loads", lambda: None)
    assert parse_json(b"[1]") == [1]


def test_a_deep_answer():
    """A document nested too deep is refused alike."""
    for content in (b"[" * 200 + b"]" * 200, b"[" * 3000 + b"]" * 3000):
        with pytest.raises(ResponseError, match="no JSON"):
            Response(200, {}, content, Request("GET", "/x")).json()


def test_a_session():
    """A session reads its answers with it."""
    with Simulator() as simulator:
        simulator.seed(instances=2)
        with simulator.client() as client:
            assert client.request("GET", "/linode/instances")["results"] == 2
