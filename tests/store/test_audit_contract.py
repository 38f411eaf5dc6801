"""The audit log behind every twin: rows without holes, chained, asked by who, what, which and when."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from slo.windows import SHANGHAI
from store.audit import BEGIN, Audited, AuditFilter, audited
from store.audit_chain import stored_rows, verify
from store.errors import JournalRefused, LeaseLost, StaleDocument
from store.journal import Change, Document
from store.opening import open_store
from store.port import Store
from store.records import Retention


def act(at_ms: int = 1, actor: str = "li.na", action: str = "alert.acknowledge", subject: str = "a1") -> Audited:
    return audited(at_ms, actor, action, subject, note="n")


@pytest.fixture
def written(store: Store) -> Store:
    """A store with four rows."""
    store.write(Change(audit=(act(10), act(20, "wang", "silence.make", "s1"))))
    store.write(Change(audit=(act(30, "wang", subject="a2"), act(40, "li.na", "alert.unacknowledge"))))
    return store


PLACES = ("after", "before", "most", "newest_first")


def numbers(store: Store, **asked: Any) -> list[int]:
    place = {name: asked.pop(name) for name in PLACES if name in asked}
    with store.reading() as reader:
        return [row.number for row in reader.audit().rows(AuditFilter(**asked), **place)]


def test_an_empty_log_has_a_head_and_is_whole(store: Store) -> None:
    with store.reading() as reader:
        assert (reader.audit().head(), reader.audit().rows(), reader.audit().actions()) == (BEGIN, [], [])
    assert verify(stored_rows(store)).is_whole


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [1, 2, 3, 4]),
        ({"newest_first": True, "most": 2}, [4, 3]),
        ({"newest_first": True, "before": 3}, [2, 1]),
        ({"after": 3}, [4]),
        ({"actor": "wang"}, [2, 3]),
        ({"action": "alert.acknowledge"}, [1, 3]),
        ({"action": "alert."}, [1, 3, 4]),
        ({"action": "alert"}, []),
        ({"subject": "a1", "actor": "li.na"}, [1, 4]),
        ({"from_ms": 20, "to_ms": 40}, [2, 3]),
    ],
)
def test_rows_are_found_by_who_what_which_and_when(written: Store, asked: dict[str, Any], found: list[int]) -> None:
    assert numbers(written, **asked) == found


def test_rows_are_chained_over_changes(written: Store) -> None:
    verified = verify(stored_rows(written))
    with written.reading() as reader:
        assert (verified.broken, verified.rows, verified.head) == (None, 4, reader.audit().head())
        assert reader.audit().actions() == ["alert.acknowledge", "alert.unacknowledge", "silence.make"]


def test_an_act_is_written_with_its_change_or_not_at_all(written: Store) -> None:
    stale = Document("silence", "a", 7, 1, True, "{}")
    with pytest.raises(StaleDocument):
        written.write(Change(documents=(stale,), audit=(act(50),)))
    with pytest.raises(LeaseLost):
        written.write(Change(audit=(act(50),), lease="alerts", token=9))
    assert numbers(written) == [1, 2, 3, 4]
    written.write(Change(documents=(Document("silence", "a", 0, 1, True, "{}"),), audit=(act(50),)))
    assert numbers(written) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (Audited(1, "", "a.b", "", "{}"), "says not who did it"),
        (Audited(1, "li", "", "", "{}"), "or not what"),
        (Audited(1, "li", "a.b", "", "no"), "its detail is no JSON object"),
        (Audited(1, "li", "a.b", "", "[]"), "its detail is no JSON object"),
        (Audited(1, "li", "a.b", "x" * 301, "{}"), "300 characters at most"),
        (Audited(1, "li", "a.b", "", json.dumps({"n": "x" * 20_000})), "16,384 at most"),
        (Audited(1, "l\0i", "a.b", "", "{}"), "holds a NUL character"),
        (Audited(1, "l\ud800i", "a.b", "", "{}"), "holds half a character"),
    ],
)
def test_what_says_not_who_did_what_is_refused_in_one_line(store: Store, bad: Audited, said: str) -> None:
    with pytest.raises(JournalRefused, match=said):
        store.write(Change(audit=(act(), bad)))
    assert numbers(store) == []


def test_any_text_comes_back_as_it_was_and_verifies(store: Store) -> None:
    odd = audited(-1, "李娜 \U0001f4a5", "a.b", "=cmd|'\u202e\n", note='"\\\u2028\x7f')
    store.write(Change(audit=(odd,)))
    assert [row.act for row in stored_rows(store)] == [odd]
    assert verify(stored_rows(store)).is_whole


def test_what_is_too_long_is_cut_and_says_so(store: Store) -> None:
    long = audited(1, "l" * 400, "a.b", "s" * 400, note="\x01" * 5000, list=["x" * 200] * 1000, none=None)
    store.write(Change(audit=(long,)))
    (row,) = stored_rows(store)
    assert (len(row.act.actor), len(row.act.subject)) == (300, 300)
    assert json.loads(row.act.detail)["note"].endswith("... (5,000 characters)")
    assert json.loads(row.act.detail)["list"].startswith('["xxx')


def test_nothing_of_it_is_ever_pruned(written: Store) -> None:
    written.prune(Retention(seconds={}, journal_seconds=1), 10**9)
    assert numbers(written) == [1, 2, 3, 4]


def test_threads_that_write_at_once_make_one_chain(store: Store) -> None:
    def add(actor: str) -> None:
        for at_ms in range(20):
            store.write(Change(audit=(act(at_ms, actor), act(at_ms, actor))))

    threads = [threading.Thread(target=add, args=(actor,)) for actor in ("one", "two", "three")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verified = verify(stored_rows(store))
    assert (verified.broken, verified.head.number) == (None, 120)


_WRITER = """
import sys
from store.audit import audited
from store.journal import Change
from store.opening import open_store
store = open_store(sys.argv[1], "Asia/Shanghai")
for at_ms in range(30):
    store.write(Change(audit=(audited(at_ms, sys.argv[2], "a.b"), audited(at_ms, sys.argv[2], "a.c"))))
store.close()
"""


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_processes_that_write_at_once_make_one_chain(request: pytest.FixtureRequest, kind: str) -> None:
    where = str(request.getfixturevalue({"sqlite": "path", "postgres": "address"}[kind]))
    writers = [subprocess.Popen([sys.executable, "-c", _WRITER, where, name]) for name in ("one", "two", "three")]
    try:
        assert [writer.wait(120) for writer in writers] == [0, 0, 0]
    finally:
        for writer in writers:
            writer.kill()
            writer.wait()
    store = open_store(where if kind == "postgres" else Path(where), SHANGHAI)
    verified = verify(stored_rows(store))
    assert (verified.broken, verified.head.number) == (None, 180)
    assert {row.act.actor for row in stored_rows(store)} == {"one", "two", "three"}
    store.close()
