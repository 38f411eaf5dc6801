"""Is an audit log whole? Pure and streaming: one row at a time, whatever the length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from store.audit import BEGIN, EVERYTHING, AuditFilter, AuditRow, Head, digest_of
from store.port import Store

PAGE_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Broken:
    """The first thing that is wrong. ``number``: of the row where it shows; ``what``: in words."""

    number: int
    what: str

    def __str__(self) -> str:
        return f"row {self.number}: {self.what}"


@dataclass(frozen=True, slots=True)
class Verified:
    """What a look came to. ``head``: as far as everything fits; ``rows``: how many were read for it."""

    head: Head
    rows: int
    broken: Broken | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return self.broken is None


def verify(rows: Iterable[AuditRow], known: Iterable[Head] = (), *, begin: Head = BEGIN) -> Verified:
    """Follows the chain from ``begin`` to its end.

    ``rows``: those after ``begin``, by their number. ``known``: heads that were written down elsewhere; those of before
    ``begin`` are not compared. Finds the first row that was changed, removed, put in or moved, an end that was cut off,
    and a log that was made anew with digests that fit each other and not what was written down.
    """
    written_down = sorted({head for head in known if head.number >= begin.number}, key=lambda head: head.number)
    head, read = begin, 0
    for each in _at(written_down, head):
        return Verified(head, read, each)
    for row in rows:
        wrong = _wrong(head, row)
        if wrong is not None:
            return Verified(head, read, wrong)
        head, read = Head(row.number, row.digest), read + 1
        for each in _at(written_down, head):
            return Verified(head, read, each)
    cut = [each for each in written_down if each.number > head.number]
    return Verified(head, read, _cut_off(head, cut[-1]) if cut else None)


def _wrong(before: Head, row: AuditRow) -> Broken | None:
    due = before.number + 1
    if row.number > due:
        missing = f"is missing, as are all up to {row.number - 1}" if row.number > due + 1 else "is missing"
        return Broken(due, f"{missing}; after {before.number} comes {row.number}")
    if row.number < due:
        return Broken(row.number, f"stands after row {before.number}: it was put in, moved, or is there twice")
    try:
        fits = row.digest == digest_of(before.digest, row.number, row.act)
    except ValueError:  # half a character, which no writer of ours let in
        fits = False
    if fits:
        return None
    return Broken(
        row.number, "what it says, or its place, is not what its digest was made of: changed, put in or moved"
    )


def _at(written_down: Iterable[Head], head: Head) -> Iterator[Broken]:
    for each in written_down:
        if each.number == head.number and each.digest != head.digest:
            told = f"the head that was written down is {each.digest[:12]}..., here it is {head.digest[:12]}..."
            yield Broken(head.number, f"{told}: this row or one before it was changed and the digests made anew")


def _cut_off(head: Head, known: Head) -> Broken:
    lost = f"rows {head.number + 1} to {known.number} are" if known.number > head.number + 1 else "it is"
    return Broken(head.number + 1, f"the end was cut off: {lost} missing, for row {known.number} was written down")


def stored_rows(store: Store, after: int = 0, asked: AuditFilter = EVERYTHING) -> Iterator[AuditRow]:
    """Every row behind a number, page by page: each page is a look of its own, so that nobody waits for a long one."""
    while True:
        with store.reading() as reader:
            page = reader.audit().rows(asked, after=after, most=PAGE_ROWS)
        yield from page
        if len(page) < PAGE_ROWS:
            return
        after = page[-1].number
