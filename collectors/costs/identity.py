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
        known = self._content.get(short)
        if known is None:
            self._content[short] = content
        elif known == content:
            self._tally.add(Finding("charge_repeated", "", f"{charge.id} comes again; it counts once"), charge.row)
        else:
            self.unique = False
            example = f"{charge.id} comes again with other content; charges are told apart by their content instead"
            self._tally.add(Finding("charge_id_repeated", "", example), charge.row)


class Ordinals:
    """Tells equal rows of one file apart by their order; remembers 8 bytes a row."""

    def __init__(self) -> None:
        self._times: dict[int, int] = {}

    def key(self, digest: bytes) -> bytes:
        """16 bytes, the same for the n-th of equal rows in every reading of the file."""
        short = int.from_bytes(digest[:_SHORT])
        ordinal = self._times.get(short, 0)
        self._times[short] = ordinal + 1
        return digest if ordinal == 0 else _hashed("equal", digest.hex(), str(ordinal))


def _hashed(*parts: str) -> bytes:
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=KEY_BYTES).digest()
