"""Changes in the journal: an entry that somebody recorded one, and a document by which a period finds it.

Documents stay open for ever, so that no retention takes them: a report of last year lists what it listed.
"""

from __future__ import annotations

import enum
import json
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from reports.changes.errors import ChangeRefused
from store.journal import Change, Document, Entry, JournalReader

KIND = "change"
LONGEST_TITLE = 200
LONGEST_NAME = 200
MOST_NAMED = 1_000
MOST_LISTED = 10_000
AHEAD_MS = 60_000
"""A clock of whoever records may be so much ahead; what is later has not happened yet."""


class ChangeKind(enum.Enum):
    """What sort of change: software that went out, a drill that was held, anything else."""

    CHANGE = "change"
    DEPLOYMENT = "deployment"
    DRILL = "drill"


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """Something that was changed at ``at_ms``. No products: it concerns all of them; no data centers: every one."""

    id: str
    title: str
    actor: str
    at_ms: int
    products: tuple[str, ...] = ()
    data_centers: tuple[str, ...] = ()
    recorded_ms: int = 0
    kind: ChangeKind = ChangeKind.CHANGE


def record(made: RecordedChange, products: Collection[str], data_centers: Collection[str], now_ms: int) -> Change:
    """What has to be written for a change; ``products`` and ``data_centers``: those that are known. Raises
    ChangeRefused."""
    _refuse_text("title", made.title, LONGEST_TITLE)
    _refuse_text("by", made.actor, LONGEST_NAME)
    _refuse_unknown("products", made.products, products)
    _refuse_unknown("data_centers", made.data_centers, data_centers)
    if made.at_ms > now_ms + AHEAD_MS:
        raise ChangeRefused("at", "is still to come; record a change once it is made (announce maintenance before)")
    body = {
        "title": made.title,
        "actor": made.actor,
        "products": made.products,
        "data_centers": made.data_centers,
        "recorded_ms": now_ms,
        "kind": made.kind.value,
    }
    text = json.dumps(body, ensure_ascii=False)
    entry = Entry(now_ms, KIND, made.id, made.actor, json.dumps({**body, "at_ms": made.at_ms}, ensure_ascii=False))
    return Change((entry,), (Document(KIND, made.id, 0, made.at_ms, True, text),))


def recorded(journal: JournalReader, from_ms: int, to_ms: int, most: int = MOST_LISTED) -> list[RecordedChange]:
    """Changes that were made in ``[from_ms, to_ms)``, oldest first."""
    return [change_of(each) for each in journal.documents(KIND, from_ms=from_ms, to_ms=to_ms, most=most)]


def change_of(document: Document) -> RecordedChange:
    """A stored change."""
    body: dict[str, Any] = json.loads(document.body)
    return RecordedChange(
        document.id,
        body["title"],
        body["actor"],
        document.at_ms,
        tuple(body["products"]),
        tuple(body["data_centers"]),
        body["recorded_ms"],
        ChangeKind(body.get("kind", ChangeKind.CHANGE.value)),  # changes of before kinds were told
    )


def _refuse_text(field: str, text: str, most: int) -> None:
    if not text.strip():
        raise ChangeRefused(field, "is empty; write something")
    if len(text) > most:
        raise ChangeRefused(field, f"is longer than {most} characters; write less")
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in text):
        raise ChangeRefused(field, "holds a control character or a line end; write one line")


def _refuse_unknown(field: str, named: Collection[str], known: Collection[str]) -> None:
    if len(named) > MOST_NAMED:
        raise ChangeRefused(field, f"names more than {MOST_NAMED}; name none of them for all")
    for each in named:
        if each not in known:
            raise ChangeRefused(field, f"no {each[:80]!r} in the catalog; known: {', '.join(known)}")
