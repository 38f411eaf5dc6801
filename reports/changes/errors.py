"""Why a change is not recorded.

ChangeRefused
"""

from __future__ import annotations


class ChangeRefused(Exception):
    """Nothing was recorded. ``field``: which of its words, ``cause``: what is wrong and how to mend it."""

    def __init__(self, field: str, cause: str) -> None:
        super().__init__(f"{field}: {cause}")
