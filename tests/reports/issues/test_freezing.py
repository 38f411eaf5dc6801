"""A frozen issue is kept as it was, found again, and corrected by a revision that says what changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from reports.issues.errors import BadDocument, BadOrigin, ChangedIssue, UnknownIssue
from reports.issues.freezing import differences_of, freeze
from reports.issues.keeping import CONTENTS, KIND, contents_of, document_of, find, issue_json
from reports.issues.model import Origin
from store.errors import StaleDocument
from store.journal import Change
from store.records import Retention
from tests.reports.issues.conftest import ORIGIN, Desk

ROOT = Path(__file__).parents[3]


def report(bad: int = 3, **more: Any) -> dict[str, Any]:
    """A document of two products."""
    products = [{"id": "wld", "good": 997, "bad": bad}, {"id": "wyd", "good": 10, "bad": 0}]
    return {"period": {"from": "2026-10-01"}, "products": products, "word": "未达标", **more}


def test_a_frozen_report_is_found_again_as_it_was(any_desk: Desk) -> None:
    issue = any_desk.freeze(report())
    assert (issue.id, issue.state, issue.frozen_by, issue.differences) == (
        "availability-2026-10-r1",
        "frozen",
        "Li Wei",
        0,
    )
    assert any_desk.look(issue.id) == issue
    assert any_desk.document(issue.id) == report()
    with any_desk.store.reading() as reader:
        contents = contents_of(reader.journal(), issue.id)
    assert contents == json.dumps(report(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert (issue.digest, issue.size_bytes) == (sha256(contents.encode()).hexdigest(), len(contents.encode()))
    assert json.loads(json.dumps(issue_json(issue)))["origin"]["code_version"] == "0.1.0"


def test_the_same_contents_make_no_new_revision(desk: Desk) -> None:
    """Neither the order of fields nor the moment at which a report was made is a correction."""
    first = desk.freeze(report(made_at="2026-11-01"))
    assert desk.freeze(dict(reversed(report(made_at="2026-11-02").items())), "Wang Fang") == first
    assert desk.ids() == [first.id]


def test_a_correction_is_a_revision_with_its_differences_and_the_first_one_stays(any_desk: Desk) -> None:
    any_desk.freeze(report())
    any_desk.approve("availability-2026-10-r1", "prepared", "Li Wei")
    later = report(4, added=[1])
    later["products"][1] = {"id": "new", "good": 1, "bad": 0}
    second = any_desk.freeze(later, "Wang Fang")
    assert (second.id, second.revision, second.differences, second.approvals) == ("availability-2026-10-r2", 2, 4, ())
    assert any_desk.table(second.id) == [
        ("products[wld].bad", "changed", 3, 4),
        ("products[wyd]", "removed", {"id": "wyd", "good": 10, "bad": 0}, None),
        ("products[new]", "added", None, {"id": "new", "good": 1, "bad": 0}),
        ("added", "added", None, [1]),
    ]
    first = any_desk.look("availability-2026-10-r1")
    assert (first.state, first.approvals[0].actor) == ("withdrawn", "Li Wei")
    assert first.withdrawn is not None
    assert (first.withdrawn.replaced_by, first.withdrawn.actor) == (second.id, "Wang Fang")
    assert any_desk.document(first.id) == report()
    assert any_desk.table(first.id) == []
    assert any_desk.ids() == [second.id, first.id]


def test_contents_that_come_back_are_a_third_revision(desk: Desk) -> None:
    desk.freeze(report())
    desk.freeze(report(4))
    assert desk.freeze(report()).id == "availability-2026-10-r3"
    assert desk.look("availability-2026-10-r2").state == "withdrawn"


def test_parts_periods_and_kinds_do_not_mix(desk: Desk) -> None:
    origins = [
        ORIGIN,
        replace(ORIGIN, scope="wld"),
        replace(ORIGIN, period="2026-Q4"),
        replace(ORIGIN, kind="incidents"),
    ]
    ids = [desk.freeze(report(), origin=origin).id for origin in origins]
    assert ids == [
        "availability-2026-10-r1", "availability-2026-10~wld-r1", "availability-2026-Q4-r1", "incidents-2026-10-r1",
    ]  # fmt: skip


def test_of_two_who_freeze_at_once_the_second_is_refused(any_desk: Desk) -> None:
    with any_desk.store.reading() as reader:
        both = [freeze(report(bad), ORIGIN, reader.journal(), any_desk.now_ms, "Li Wei")[0] for bad in (1, 2)]
    any_desk.store.write(both[0])
    with pytest.raises(StaleDocument):
        any_desk.store.write(both[1])
    assert any_desk.ids() == ["availability-2026-10-r1"]


@pytest.mark.parametrize("field", ["contents", "digest", "gone"])
def test_what_was_changed_afterwards_is_refused(desk: Desk, field: str) -> None:
    """Changed contents; changed contents and digest together; another issue's contents that are not there."""
    issue = desk.freeze(report())
    with desk.store.reading() as reader:
        short, contents = (reader.journal().document(kind, issue.id) for kind in (KIND, CONTENTS))
    assert short is not None
    assert contents is not None
    forged = contents.body.replace('"bad":3', '"bad":0')
    body = short.body.replace(issue.digest, sha256(forged.encode()).hexdigest()) if field == "digest" else short.body
    if field == "gone":
        issue_id = "availability-2026-09-r1"
        desk.store.write(Change((), (replace(short, id=issue_id, version=0, body=body.replace(issue.id, issue_id)),)))
    else:
        issue_id = issue.id
        desk.store.write(Change((), (replace(contents, body=forged), replace(short, body=body))))
    with pytest.raises(ChangedIssue, match=issue_id):
        desk.document(issue_id)


def test_issues_outlive_the_journal(any_desk: Desk) -> None:
    """Retention takes the entries; the issue, its contents and who signed it stay, withdrawn or not."""
    any_desk.freeze(report())
    any_desk.approve("availability-2026-10-r1", "prepared", "Li Wei")
    any_desk.freeze(report(4))
    assert any_desk.store.prune(Retention(seconds={}, journal_seconds=100), 4_000_000_000) > 0
    assert any_desk.document("availability-2026-10-r1") == report()
    assert any_desk.look("availability-2026-10-r1").approvals[0].actor == "Li Wei"
    assert any_desk.table("availability-2026-10-r2") == [("products[wld].bad", "changed", 3, 4)]


def test_a_document_of_five_million_bytes_is_kept(any_desk: Desk) -> None:
    rows = [{"product": f"产品{at % 200}", "day": at // 200, "good": 10**9 + at, "bad": None} for at in range(100_000)]
    issue = any_desk.freeze({"rows": rows})
    assert issue.size_bytes > 5_000_000
    assert any_desk.document(issue.id) == {"rows": rows}


def test_an_unknown_issue_is_named(desk: Desk) -> None:
    with desk.store.reading() as reader:
        journal = reader.journal()
        assert find(journal, "availability-2026-10-r1") is None
        for ask in (document_of, differences_of):
            with pytest.raises(UnknownIssue, match="r9"):
                ask(journal, "availability-2026-10-r9")


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({"a": [1, {"b": 0.5}]}, r"a\[1\]\.b: 0\.5 is a float"),
        ({"a": {1: 2}}, "a: has the key 1"),
        ({"a": {"b": {1, 2}}}, r"a\.b: is set"),
        ({"a": "\ud800"}, "a: holds half a character at position 0"),
        ({"\udfff": 1}, "the whole: holds half a character"),
        ([], "the whole: is list, not an object"),
    ],
)
def test_a_document_without_an_exact_form_is_refused(document: Any, where: str) -> None:
    with pytest.raises(BadDocument, match=where):
        freeze(document, ORIGIN, None, 0, "Li Wei")  # type: ignore[arg-type]


def test_a_document_that_is_too_deep_is_refused() -> None:
    document: dict[str, Any] = {}
    for _ in range(100_000):
        document = {"a": document}
    with pytest.raises(BadDocument, match="more than 50 levels"):
        freeze(document, ORIGIN, None, 0, "Li Wei")  # type: ignore[arg-type]


def test_a_nul_character_is_kept(any_desk: Desk) -> None:
    assert any_desk.document(any_desk.freeze({"title": "a\0b"}).id) == {"title": "a\0b"}


@pytest.mark.parametrize(
    ("field", "given"),
    [("kind", "Availability"), ("period", ""), ("period", "../x"), ("scope", "a b"), ("code_version", " ")],
)
def test_an_origin_that_cannot_name_an_issue_is_refused(field: str, given: str) -> None:
    words = {"kind": "availability", "period": "2026-10", "definition_version": "1", "code_version": "1", field: given}
    with pytest.raises(BadOrigin, match=field):
        Origin(**words)


@pytest.mark.parametrize("actor", ["", "  ", "\u200b", "a\0b", "x" * 201, "\ud800"])
def test_nobody_freezes_nothing(actor: str) -> None:
    with pytest.raises(BadOrigin, match="actor"):
        freeze(report(), ORIGIN, None, 0, actor)  # type: ignore[arg-type]


def test_every_process_writes_the_same_contents() -> None:
    program = (
        "import sys; from reports.issues.canonical import canonical;"
        "sys.stdout.buffer.write(canonical({k: {'b': 1, 'a': [k]} for k in set('一二三abc')}).encode())"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(made) == 1
