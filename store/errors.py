"""What can go wrong with a store, by cause.

StoreError
|- StoreUnavailable   cannot be opened, is locked, full or read-only
|- SchemaMismatch     was made by another version
|- CopyRefused        a backup or restore was not made
|- UnknownSource      a source that was never registered
|- UnknownProbe       a probe that was never registered
|- HealingRefused     a second look at the past that does not fit what is stored
|- StaleWriter        somebody else committed for this source in between
|- LeaseLost          somebody else has the lease of this source now
|- StaleDocument      somebody else changed this document in between
|- JournalRefused     something that no journal can hold
|- BadHead            no head of an audit log
`- LedgerRefused      a charge that no ledger can hold
"""

from __future__ import annotations


class StoreError(Exception):
    """Anything a store refuses, in one line for the person who reads it."""


class StoreUnavailable(StoreError):
    """The store cannot be opened or written right now."""

    def __init__(self, where: str, cause: str) -> None:
        super().__init__(f"store {where}: {cause}")


class SchemaMismatch(StoreError):
    """The store was made by another version of this program."""

    def __init__(self, where: str, found: str, wanted: str, *, older: bool = True) -> None:
        remedy = (
            "run: python app.py db upgrade (same --data, same --config)" if older else "use the program that made it"
        )
        super().__init__(f"store {where}: schema {found}, this program needs {wanted}; {remedy}")


class CopyRefused(StoreError):
    """A backup or a restore was not made; nothing stands under the name that was asked for."""

    def __init__(self, where: object, cause: str) -> None:
        super().__init__(f"copy {where}: {cause}")


class UnknownSource(StoreError):
    """A source that was never registered."""

    def __init__(self, source: str) -> None:
        super().__init__(f"source {source!r} is not registered in the store")


class UnknownProbe(StoreError):
    """A probe that was never registered; nothing was written."""

    def __init__(self, probe: str, vantage: str) -> None:
        super().__init__(f"probe {probe!r} from vantage {vantage!r} is not registered in the store")


class HealingRefused(StoreError):
    """A healing would take away more than is stored; nothing was written."""

    def __init__(self, source: str, unit: str, slice_: str, number: int) -> None:
        super().__init__(
            f"source {source!r}: the backfill would leave {number} events of {unit} in the {slice_}; nothing was "
            "written, for less is stored there than was counted: look at that time, or restore a backup"
        )


class StaleWriter(StoreError):
    """Another writer committed for this source since this one resumed; nothing was written."""

    def __init__(self, source: str, expected: int, found: int) -> None:
        super().__init__(f"source {source!r}: another collector wrote version {found}, this one expected {expected}")


class LeaseLost(StoreError):
    """The lease of this source changed hands since this writer got it; nothing was written."""

    def __init__(self, source: str, owner: str) -> None:
        super().__init__(f"source {source!r}: its lease went to {owner}; nothing was written")
        self.owner = owner


class StaleDocument(StoreError):
    """Somebody else changed this document since it was read; nothing was written."""

    def __init__(self, kind: str, id: str) -> None:
        super().__init__(f"{kind} {id!r} was changed by somebody else in between; nothing was written, look again")
        self.kind = kind
        self.id = id


class JournalRefused(StoreError):
    """Something that no journal can hold; nothing was written."""

    def __init__(self, what: str, cause: str) -> None:
        super().__init__(f"{what}: {cause}; nothing was written")


class BadHead(StoreError):
    """A text that is no head of an audit log."""

    def __init__(self, text: str) -> None:
        super().__init__(f"head {text.strip()[:80]!r}: is not NUMBER:DIGEST as `python app.py audit verify` prints it")


class LedgerRefused(StoreError):
    """A charge that the cost ledger cannot hold; nothing was written."""

    def __init__(self, charge: str, cause: str) -> None:
        super().__init__(f"charge {charge}: {cause}; nothing was written")
