"""Bytes that a server may send in place of an answer: broken heads, lengths, chunks and encodings."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

BODY = b'{"id": 5, "label": "web"}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_BOMB = gzip.compress(gzip.compress(bytes(4 << 20)))

HEADS = (
    b"", b"\r\n", b"HTTP", b"HTTP/1.1\r\n\r\n", b"HTTP/1.1 abc OK\r\n\r\n", b"HTTP/1.1 -1 OK\r\n\r\n",
    b"HTTP/1.1 99 X\r\n\r\n", b"HTTP/1.1 1000 X\r\n\r\n", b"HTTP/9.9 200 OK\r\n\r\n{}", b"HTTP/1.1 101 Other\r\n\r\n",
    b"HTTP/1.1 103 Early\r\n\r\n", b"HTTP/1.1 102 P\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    b"HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\nhello", b"HTTP/1.1 304 Not\r\n\r\n", b"\x16\x03\x01\x00\x00", b"SSH-2.0-x\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: http://[\r\n\r\n", b"HTTP/1.1 999 \x1b[2J\r\nContent-Length: 0\r\n\r\n", b"\x00" * 100,
    b"HTTP/1.1 600 X\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}", b"HTTP/0.9 200\r\n\r\n",
    b"HTTP/1.1 418 \xff\xfe\r\nContent-Length: 2\r\n\r\n{}", b"HTTP/1.1 200 OK\r\n" + b"a" * 70_000, HEAD + b"A: b\r\n" * 200 + b"\r\n",
)  # fmt: skip
LENGTHS = (b"-5", b"x", b"", b"1, 2", b"2, 2", b"99999999999999999999", b"1e3", b"+2", b"0x2", b" 2", b"\xff")
CHUNKS = (
    b"-5\r\n", b"x\r\n", b"\r\n", b"5", b"5\r\nab", b"5;\r\n12345\r\n0\r\n\r\n", b"ffffffffffffffffffff\r\n" + BODY, b"\xff\r\n",
    b"0x5\r\n12345\r\n", b"5\r\n12345XX0\r\n\r\n", b"1\r\n{\r\n-1\r\n", b"0\r\n" + b"A: b\r\n" * 500, b"1_0\r\n",
    b" 2 \r\n{}\r\n0\r\n\r\n", b"+2\r\n{}\r\n0\r\n\r\n",
)  # fmt: skip
ENCODINGS = (
    (b"gzip", BODY), (b"gzip", gzip.compress(BODY)[:-5]), (b"gzip", gzip.compress(BODY) + b"x"), (b"deflate", zlib.compress(BODY)[:-3]),
    (b"deflate", b"\xff" * 9), (b"br", BODY), (b"zstd", BODY), (b"gzip, gzip", _BOMB), (b"gzip," * 50, _BOMB), (b"x", BODY), (b"", BODY),
    (b"gzip;q=1", BODY), (b"\xff", BODY), (b"compress", BODY), (b"GZIP", gzip.compress(BODY)), (b"gzip", b""),
)  # fmt: skip
TRANSFERS = (b"gzip, chunked", b"x", b"chunked, chunked", b"identity", b"\xff")
LINES = (
    b"A", b": b", b"A\x00: b", b"A: \x00\x01", b" folded: x", b"A: b\r\n c", b"\xff: \xff",
    b"Date: Mon, 01 Jan 99999999999 00:00:00 GMT", b"Retry-After: -1", b"X-RateLimit-Limit: nan",
)  # fmt: skip


def listed() -> Iterator[bytes]:
    """Yield the answers that are written down above."""
    yield from HEADS
    sized = b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
    yield from (HEAD + b"Content-Length: " + each + b"\r\n\r\n" + BODY for each in LENGTHS)
    yield from (HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + each for each in CHUNKS)
    yield from (HEAD + b"Transfer-Encoding: " + each + b"\r\n\r\n" + BODY for each in TRANSFERS)
    yield from (HEAD + each + b"\r\n" + sized for each in LINES)
    for encoding, content in ENCODINGS:
        yield HEAD + b"Content-Encoding: " + encoding + b"\r\nContent-Length: %d\r\n\r\n" % len(content) + content


def broken(random: Random) -> bytes:
    """Return a right answer in which a few bytes are changed, left out or put in."""
    whole = bytearray(HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY)
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(whole))
        what = random.random()
        if what < 0.4:
            whole[at] = random.randrange(256)
        elif what < 0.7:
            del whole[at : at + random.randint(1, 9)]
        else:
            whole[at:at] = random.choice([b"\r\n", b"\x00", b"\n\n", b": ", b"\xff", b"-", b"9" * 30])
    return bytes(whole)
