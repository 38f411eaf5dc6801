"""Damaged copies of real files: the same seed gives the same bytes on every machine."""

from __future__ import annotations

import random
from collections.abc import Sequence

MOST_BYTES = 20_000
"""Copies grow no further: a case must stay cheap, or 100,000 of them are not."""
TOKENS = (
    b"", b"\0", b"\n", b"\r\n", b"\r", b",", b";", b'"', b'""', b"\\", b"{", b"}", b"[", b"]", b": ", b"- ", b"# ",
    b"0", b"-1", b"-0.0", b"+1", b"1e999", b"1e-999", b"1E400", b"NaN", b"+Inf", b"9" * 19, b"9" * 400, b"9" * 5000,
    b"18446744073709551616", b"0x10", b"1_000", b"1.5", b".5", b"5.", b"true", b"null", b"~", b"yes", b"<<", b"=",
    b"0000-00-00", b"0000-01-01T00:00:00Z", b"0001-01-01T00:00:00+14:00", b"9999-12-31T23:59:59Z",
    b"9999-12-31T23:59:59-14:00", b"2026-02-30", b"2026-13-01T25:61:61Z", b"2026-09-01T00:00:00+99:99",
    b"*a", b"&a ", b"!!python/object/apply:os.system ['true']", b"!!binary ////", b"!!timestamp 2026-99-99",
    b"!!int 0b", b"!!float .", b"? [a, b]\n: c\n", b"---\n", b"...\n", b"%YAML 9.9\n", b"\t", b" " * 40, b"|\n", b">\n",
    b"=cmd|' /C calc'!A0", b"<script>alert(1)</script>", b"\x1b[31m", b"\xe2\x80\xae", b"\xed\xa0\x80", b"\xff\xfe",
    b"\xef\xbb\xbf", b"\xf0\x9f\x92\xa9", b"\xc2\x85", b"\xe2\x80\xa8", b"\\ud800", b"\\u0000", b"..",
    b"\xd9\xa3", b"\xc2\xb2", b"\xef\xbc\x91", b"%s%n", b"../../etc/passwd", b"${jndi:ldap://x}",
    b"[" * 3000, b'{"a":' * 3000, b"- " * 1500,
)  # fmt: skip
"""What readers trip over: numbers beyond every type, dates that no calendar has, marks of other formats."""


class Mutator:
    """Damages seeds. ``seed`` decides everything."""

    def __init__(self, seeds: Sequence[bytes], seed: int) -> None:
        self._seeds = seeds
        self._random = random.Random(seed)

    def next(self) -> bytes:
        """One damaged copy: of one to four wounds, each of another kind."""
        content = self._random.choice(self._seeds)
        for _ in range(self._random.randint(1, 4)):
            content = self._random.choice(_WOUNDS)(self._random, content, self._seeds)
        return content[:MOST_BYTES]


def _inserted(draw: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    at = draw.randint(0, len(content))
    return content[:at] + draw.choice(TOKENS) + content[at:]


def _replaced(draw: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    """A whole value gives way to a token: most readers refuse broken syntax early, and values late."""
    begin = draw.randint(0, len(content))
    marks = b' ,:"\n{}[]='
    while begin and content[begin - 1] not in marks:
        begin -= 1
    end = begin
    while end < len(content) and content[end] not in marks:
        end += 1
    return content[:begin] + draw.choice(TOKENS) + content[end:]


def _flipped(draw: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    changed = bytearray(content)
    for _time in range(draw.randint(1, 8) if changed else 0):
        changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


def _cut(draw: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    return content[: draw.randint(0, len(content))]


def _removed(draw: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    begin = draw.randint(0, len(content))
    return content[:begin] + content[begin + draw.randint(0, 60) :]


def _lines(draw: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    """Lines in another order, some of them twice, some not at all."""
    lines = content.split(b"\n")
    for _time in range(draw.randint(1, 3)):
        line = lines.pop(draw.randrange(len(lines))) if draw.random() < 0.5 else draw.choice(lines)
        lines.insert(draw.randint(0, len(lines)), line)
        if len(lines) > 1 and draw.random() < 0.3:
            lines.pop(draw.randrange(len(lines)))
    return b"\n".join(lines)


def _repeated(draw: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    begin = draw.randint(0, len(content))
    piece = content[begin : begin + draw.randint(1, 200)]
    return content[:begin] + piece * draw.choice((2, 3, 50)) + content[begin:]


def _crossed(draw: random.Random, content: bytes, seeds: Sequence[bytes]) -> bytes:
    other = draw.choice(seeds)
    return content[: draw.randint(0, len(content))] + other[draw.randint(0, len(other)) :]


_WOUNDS = (_inserted, _replaced, _replaced, _replaced, _flipped, _cut, _removed, _lines, _repeated, _crossed)
