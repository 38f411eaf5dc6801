"""Texts of others, made harmless for a line of ours."""

from __future__ import annotations


def in_one_line(text: str) -> str:
    """The words of a text with one blank between them. Line ends, control characters, escape sequences' beginnings and
    marks that turn the direction of writing become blanks."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
