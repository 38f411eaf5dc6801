"""Pages of documents, newest first: a page ends with where the next one begins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from dashboard.api.asking import LEAST, MOST, Asked
from dashboard.api.errors import Unreadable
from store.journal import Document, JournalReader

LOOKED_AT = 2000
"""Documents that one page looks at when a filter leaves most of them out; ``next`` goes on behind them."""
FOLLOWING = "what the page before ended with"
Value = TypeVar("Value")


def asking(begins: str = "") -> dict[str, str]:
    """What ``page`` reads of a query, in words; ``begins``: what of a row the range is compared with."""
    return {
        "from": f"{begins} at or after this instant".lstrip(),
        "to": f"{begins} before this instant".lstrip(),
        "limit": f"rows, {LEAST} to {MOST}",
        "next": FOLLOWING,
    }


@dataclass(frozen=True, slots=True)
class _Place:
    """Behind which document a page begins. ``ties``: documents of the same instant that come before it."""

    at_ms: int
    ties: int
    id: str

    def text(self) -> str:
        return f"{self.at_ms}.{self.ties}.{self.id}"

    @classmethod
    def parse(cls, text: str) -> _Place:
        at_ms, _, rest = text.partition(".")
        ties, _, id = rest.partition(".")
        if not (id and all(part.isascii() and part.isdigit() and len(part) < 16 for part in (at_ms, ties))):  # noqa: PLR2004
            raise Unreadable(f"next: {text[:40]!r} is not what a page ended with; leave it out to begin anew")
        return cls(int(at_ms), int(ties), id)


def page(
    journal: JournalReader,
    kind: str,
    asked: Asked,
    keep: Callable[[Document], Value | None],
    *,
    open_only: bool = False,
    filtered: bool = False,
) -> tuple[list[Value], str | None]:
    """Values of the documents between the query's ``from`` and ``to`` that ``keep`` keeps, and the next page's begin.

    ``filtered``: ``keep`` may leave out most of them, so more are looked at than are shown.
    """
    limit = asked.limit()
    begin = _Place.parse(asked.query["next"]) if "next" in asked.query else None
    to_ms = asked.instant("to") if begin is None else begin.at_ms + 1
    most = (LOOKED_AT if filtered else limit + 1) + (begin.ties + 1 if begin else 0)
    documents = journal.documents(
        kind, open_only=open_only, from_ms=asked.instant("from"), to_ms=to_ms, most=most, newest_first=True
    )
    found: list[Value] = []
    last: _Place | None = None
    for each in documents:
        if begin is not None and (each.at_ms, each.id) >= (begin.at_ms, begin.id):
            continue
        if len(found) == limit and last is not None:
            return found, last.text()
        last = _after(last or begin, each)
        value = keep(each)
        if value is not None:
            found.append(value)
    whole = len(documents) < most or last is None
    return found, None if whole or last is None else last.text()


def _after(before: _Place | None, document: Document) -> _Place:
    tied = before is not None and before.at_ms == document.at_ms
    return _Place(document.at_ms, before.ties + 1 if tied and before else 0, document.id)


def listing(name: str, rows: list[Any], following: str | None, **more: Any) -> dict[str, Any]:
    """A page as JSON."""
    return {name: rows, "next": following, **more}
