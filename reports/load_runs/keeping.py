"""Load runs in the journal: a short document per run for lists and screens (``load_run``), one with the whole file
beside it (``load_run_result``), and an entry that says who brought it. A run is kept once, by its id."""

from __future__ import annotations

import json
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from reports.load_runs.errors import OtherResult
from reports.load_runs.model import LoadRun, load_run
from reports.load_runs.policy import CapacityPolicy
from reports.load_runs.reading import read
from store.journal import Change, Document, Entry, JournalReader

KIND = "load_run"
RESULT = "load_run_result"
MOST = 1_000


def keep(
    content: bytes, journal: JournalReader, now_ms: int, sender: str, policy: CapacityPolicy
) -> tuple[Change, LoadRun]:
    """What has to be written so that a result is kept; nothing when it is known already.

    Raises BadResult with every defect, OtherResult when the id is known with other contents.
    """
    result = read(content)
    plain = json.loads(content)
    digest = sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    known = find(journal, result.run_id)
    if known is not None:
        if known.digest != digest:
            raise OtherResult(result.run_id)
        return Change(), known
    run = load_run(result, held_seconds=policy.held_seconds, received_ms=now_ms, received_from=sender, digest=digest)
    documents = (_document(KIND, run, asdict(run)), _document(RESULT, run, plain))
    said = json.dumps({"verdict": run.verdict, "digest": digest})
    return Change((Entry(now_ms, KIND, run.id, sender, said),), documents), run


def _document(kind: str, run: LoadRun, body: dict[str, Any]) -> Document:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Document(kind, run.id, 0, run.started_ms, False, text)


def run_of(document: Document) -> LoadRun:
    """A stored line."""
    body = json.loads(document.body)
    return LoadRun(**{**body, "invalid_codes": tuple(body["invalid_codes"])})


def find(journal: JournalReader, run_id: str) -> LoadRun | None:
    """One run."""
    document = journal.document(KIND, run_id)
    return None if document is None else run_of(document)


def result_of(journal: JournalReader, run_id: str) -> dict[str, Any] | None:
    """The whole file of one run, as it came."""
    document = journal.document(RESULT, run_id)
    return None if document is None else dict(json.loads(document.body))


def listed(
    journal: JournalReader, *, from_ms: int | None = None, to_ms: int | None = None, most: int = MOST
) -> list[LoadRun]:
    """Runs that began in a range, newest first."""
    return [
        run_of(each) for each in journal.documents(KIND, from_ms=from_ms, to_ms=to_ms, most=most, newest_first=True)
    ]
