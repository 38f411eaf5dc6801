"""Which charge a row is: by its id, else by everything that it says and its ordinal among equal rows."""

from __future__ import annotations

import hashlib

from collectors.costs.charge import Charge
from collectors.costs.defects import Finding, Tally

KEY_BYTES = 16
_SHORT = 8


def name_of(charge: Charge) -> bytes:
    """The charge that provider, account and id name; empty when the row has no id."""
    if charge.id == "":
        return b""
    return _hashed("id", charge.about.provider, charge.about.account, charge.id)


class IdCheck:
    """Whether ids are what they should be: ``unique`` is False as soon as an id comes twice under one revision with
    different content. Remembers 16 bytes of each row that has an id."""

    def __init__(self, tally: Tally) -> None:
        self.unique = True
        self._tally = tally
        self._content: dict[int, int] = {}

    def look(self, charge: Charge, name: bytes) -> None:
        """Looks at one row that has an id."""
        short = hash((name, charge.revision))
        content = int.from_bytes(charge.digest[:_SHORT])
        known = self._content.setdefault(short, content)
        if known is content:
            return
        if known == content:
            self._tally.add(Finding("charge_repeated", "", f"{charge.id} comes again; it counts once"), charge.row)
        else:
            self.unique = False
            example = f"{charge.id} comes again with other content; charges are told apart by their content instead"
            self._tally.add(Finding("charge_id_repeated", "", example), charge.row)


def equal_key(digest: bytes, ordinal: int) -> bytes:
    """16 bytes that name the n-th (from 0) of equal rows, the same in every reading of the file."""
    if ordinal == 0:
        return digest
    return digest[:_NEAR] + _hashed("equal", digest.hex(), str(ordinal))[_NEAR:]


_NEAR = 4
"""Equal rows begin alike, so that they stay neighbors."""


def _hashed(*parts: str) -> bytes:
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=KEY_BYTES).digest()
