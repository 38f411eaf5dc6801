"""Texts of others in a line of ours."""

from __future__ import annotations

import pytest

from slo.texts import in_one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ""),
        ("放款 成功", "放款 成功"),
        ("a\r\nb\u2028c\x85d", "a b c d"),
        ("\x1b[2Jgone\x07", "[2Jgone"),
        ("\u202eevil\u2066", "evil"),
        ("  a \t b\x00 ", "a b"),
    ],
)
def test_what_is_no_letter_becomes_a_blank(text: str, line: str) -> None:
    assert in_one_line(text) == line
