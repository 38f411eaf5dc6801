"""The audit log: who did what, whether it is whole, and as a file."""

from __future__ import annotations

from access.rights import Right
from dashboard.api.asking import Asked
from dashboard.api.errors import Unfit, Unreadable
from dashboard.api.paging import FOLLOWING, listing
from dashboard.api.route import Content, Direct, File, Read, Route
from dashboard.api.setting import ApiSetting
from dashboard.reporting.jobs import Output
from reports.audit.files import FORMATS, row_json
from store.audit import AuditFilter
from store.audit_chain import Verified, stored_rows, verify
from store.port import Reader

MOST_EXPORTED = 50_000
"""Rows of one file made here; the command line writes any number."""
LONGEST_NUMBER = 18
_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


def rows(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """Newest first."""
    log, limit, before = reader.audit(), asked.limit(), _before(asked)
    found = log.rows(_filter(asked), before=before, most=limit + 1, newest_first=True)
    shown = [row_json(row) for row in found[:limit]]
    following = str(found[limit - 1].number) if len(found) > limit else None
    more = {"actions": log.actions()} if before is None else {}
    return listing("audit", shown, following, head=log.head().text(), **more)


def verified(setting: ApiSetting, asked: Asked) -> Content:
    """Whether it is whole: from the head that was kept on, or from the first row."""
    whole = asked.choice("whole", ("false", "true"), "false") == "true"
    return verified_json(_look(setting, whole=whole), whole=whole)


def _look(setting: ApiSetting, *, whole: bool) -> Verified:
    if setting.witness is None:
        return verify(stored_rows(setting.store))
    return setting.witness.verify(setting.store) if whole else setting.witness.look(setting.store)


def verified_json(found: Verified, *, whole: bool) -> dict[str, object]:
    """What a look came to. ``head``: as far as all of it fits; ``rows``: how many were read for it."""
    broken = found.broken
    return {
        "whole": found.is_whole,
        "looked_at": "everything" if whole else "what is new",
        "rows": found.rows,
        "head": found.head.text(),
        "number": found.head.number,
        "broken": None if broken is None else {"number": broken.number, "what": broken.what},
    }


def export(setting: ApiSetting, asked: Asked) -> File:
    """Everything that is asked for, oldest first."""
    form = asked.choice("format", tuple(FORMATS), "csv")
    with setting.store.reading() as reader:
        found = reader.audit().rows(_filter(asked), most=MOST_EXPORTED + 1)
    if len(found) > MOST_EXPORTED:
        raise Unfit(
            f"more than {MOST_EXPORTED:,} rows: ask for less, or run: python app.py audit export -o audit.{form}"
        )
    name = f"audit.{form}"
    content = "".join(FORMATS[form](found)).encode("utf-8", "replace")
    return File(Output(content, _TYPES[form], name, name))


def _filter(asked: Asked) -> AuditFilter:
    actor, action, subject = (asked.query.get(name, "") for name in ("actor", "action", "subject"))
    return AuditFilter(actor, action, subject, asked.instant("from"), asked.instant("to"))


def _before(asked: Asked) -> int | None:
    text = asked.query.get("next")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise Unreadable(f"next: {text[:40]!r} is not what a page ended with; leave it out to begin anew")
    return int(text)


_FILTERS = {
    "actor": "who",
    "action": "what: a word such as alert.acknowledge, or a family with a dot at its end: alert.",
    "subject": "to what",
    "from": "at or after this instant",
    "to": "before this instant",
}
ROUTES: tuple[Route, ...] = (
    Read(
        "/api/v1/audit",
        "Who did what, newest first; with the head of the chain of digests",
        rows,
        {**_FILTERS, "limit": "rows, 1 to 1000", "next": FOLLOWING},
        right=Right.ADMINISTER,
    ),
    Direct(
        "/api/v1/audit/verify",
        "Whether nothing was changed, removed or cut off; cheap, for it reads what is new since the last look",
        verified,
        {"whole": "true: from the first row on"},
        right=Right.ADMINISTER,
    ),
    Direct(
        "/api/v1/audit/export",
        "The same as a file",
        export,
        {**_FILTERS, "format": f"one of {', '.join(_TYPES)}"},
        right=Right.ADMINISTER,
    ),
)
