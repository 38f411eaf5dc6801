"""The journal behind every twin: entries that never change, documents that do."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from store.errors import JournalRefused, LeaseLost, StaleDocument
from store.journal import Change, Document, Entry, Numbered
from store.leases import Beat
from store.port import Store
from store.records import Retention

BEAT = Beat("clock", 1)


def entry(at_ms: int = 1, kind: str = "alert", subject: str = "s", body: str = "{}") -> Entry:
    return Entry(at_ms, kind, subject, "", body)


def document(id_: str = "a", version: int = 0, at_ms: int = 1, *, is_open: bool = True, body: str = "{}") -> Document:
    return Document("silence", id_, version, at_ms, is_open, body)


@pytest.fixture
def written(store: Store) -> Store:
    """A store with four entries of two kinds and three documents, one closed."""
    store.write(Change((entry(10), entry(20, "ack", "t")), (document("a", at_ms=10), document("b", at_ms=30))))
    store.write(Change((entry(30, "ack"), entry(40)), (document("c", at_ms=20, is_open=False),)))
    return store


def entries(store: Store, **asked: object) -> list[Numbered]:
    with store.reading() as reader:
        return reader.journal().entries(**asked)  # type: ignore[arg-type]


def times(store: Store, **asked: object) -> list[int]:
    return [numbered.entry.at_ms for numbered in entries(store, **asked)]


def ids(store: Store, **asked: object) -> list[str]:
    with store.reading() as reader:
        return [each.id for each in reader.journal().documents("silence", **asked)]  # type: ignore[arg-type]


def test_an_empty_journal_knows_nothing(store: Store) -> None:
    with store.reading() as reader:
        journal = reader.journal()
        assert (journal.last_number(), journal.entries(), journal.documents("silence")) == (0, [], [])
        assert journal.document("silence", "a") is None


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [10, 20, 30, 40]),
        ({"newest_first": True, "most": 2}, [40, 30]),
        ({"kind": "ack"}, [20, 30]),
        ({"subject": "s"}, [10, 30, 40]),
        ({"kind": "ack", "subject": "t"}, [20]),
        ({"from_ms": 20, "to_ms": 40}, [20, 30]),
        ({"most": 1}, [10]),
    ],
)
def test_entries_are_found_by_kind_subject_and_time(written: Store, asked: dict[str, object], found: list[int]) -> None:
    assert times(written, **asked) == found


def test_a_page_of_entries_goes_on_before_its_last_number(written: Store) -> None:
    first = entries(written, newest_first=True, most=2)
    rest = entries(written, newest_first=True, before=first[-1].number)
    assert [numbered.entry.at_ms for numbered in [*first, *rest]] == [40, 30, 20, 10]
    assert entries(written, before=rest[-1].number) == []


def test_whoever_asks_for_what_came_after_the_last_number_misses_nothing(written: Store) -> None:
    seen = entries(written)
    last = seen[-1].number
    assert [numbered.number for numbered in seen] == sorted({numbered.number for numbered in seen})
    assert entries(written, after=last) == []
    newest = written.write(Change((entry(5),)))
    assert [(numbered.number, numbered.entry.at_ms) for numbered in entries(written, after=last)] == [(newest, 5)]
    with written.reading() as reader:
        assert reader.journal().last_number() == newest


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["a", "c", "b"]),
        ({"open_only": True}, ["a", "b"]),
        ({"newest_first": True}, ["b", "c", "a"]),
        ({"from_ms": 20, "to_ms": 30}, ["c"]),
        ({"most": 1}, ["a"]),
    ],
)
def test_documents_are_listed_in_order_of_their_time(
    written: Store, asked: dict[str, object], found: list[str]
) -> None:
    assert ids(written, **asked) == found


def test_a_document_is_replaced_by_whoever_read_its_present_version(written: Store) -> None:
    with written.reading() as reader:
        present = reader.journal().document("silence", "a")
    assert present is not None
    assert present.version == 1
    written.write(Change(documents=(replace(present, body='{"ended": true}', open=False, at_ms=99),)))
    with written.reading() as reader:
        after = reader.journal().document("silence", "a")
    assert after == Document("silence", "a", 2, 99, False, '{"ended": true}')


@pytest.mark.parametrize("version", [0, 2])
def test_a_change_on_top_of_another_version_is_refused_whole(written: Store, version: int) -> None:
    change = Change((entry(77),), (document("new"), document("a", version)))
    with pytest.raises(StaleDocument, match="silence 'a' was changed by somebody else"):
        written.write(change)
    assert 77 not in times(written)
    assert "new" not in ids(written)


def test_a_change_under_a_lease_that_went_is_refused_whole(store: Store) -> None:
    token = store.acquire(["alerts"], "one", BEAT)["alerts"].token
    store.write(Change((entry(1),), lease="alerts", token=token))
    store.acquire(["alerts"], "two", BEAT, stale=[store.leases()["alerts"]])
    with pytest.raises(LeaseLost, match="'alerts': its lease went to two"):
        store.write(Change((entry(2),), lease="alerts", token=token))
    assert times(store) == [1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Change((entry(body="a\0b"),)), "entry 'alert': holds a NUL character"),
        (Change(documents=(document(body="\ud800"),)), "document 'silence': holds half a character at position 0"),
        (Change(documents=(document(), document())), "silence 'a': is written 2 times in one change"),
    ],
)
def test_what_no_journal_can_hold_is_refused_in_one_line(store: Store, change: Change, said: str) -> None:
    with pytest.raises(JournalRefused, match=said):
        store.write(change)
    assert entries(store) == []


def test_any_other_text_comes_back_as_it_was(store: Store) -> None:
    body = '{"说明": "微粒贷 \u202e \U0001f4a5 \\u0000 \\n"}'
    store.write(Change((entry(body=body, subject="cliff:产品:"),), (document(body=body),)))
    with store.reading() as reader:
        known = reader.journal().document("silence", "a")
    assert known is not None
    assert known.body == body
    assert entries(store, subject="cliff:产品:")[0].entry.body == body


def test_thousands_are_written_in_one_change(store: Store) -> None:
    many = range(2000)
    store.write(Change(tuple(entry(i) for i in many), tuple(document(f"{i:04}", at_ms=i) for i in many)))
    assert times(store, most=5000) == list(many)
    assert len(ids(store, most=5000)) == len(many)


def test_a_change_moves_the_version_that_publishers_watch(store: Store) -> None:
    def version() -> int:
        with store.reading() as reader:
            return reader.version()

    before = version()
    store.write(Change(documents=(document(),)))
    between = version()
    store.write(Change((entry(),)))
    assert before < between < version()


def test_two_writers_at_once_lose_nothing_and_share_no_number(store: Store) -> None:
    def add(kind: str) -> None:
        for at_ms in range(25):
            store.write(Change((entry(at_ms, kind), entry(at_ms, kind))))

    threads = [threading.Thread(target=add, args=(kind,)) for kind in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = [numbered.number for numbered in entries(store)]
    assert len(set(numbers)) == len(numbers) == 100


def test_what_is_over_for_long_goes_step_by_step_and_what_is_open_stays(written: Store) -> None:
    retention = Retention(seconds={}, journal_seconds=100)
    while written.prune(retention, 100, most_rows=1):
        pass
    assert times(written) == [10, 20, 30, 40]  # younger than a hundred seconds
    steps = [written.prune(retention, 101, most_rows=3), written.prune(retention, 101, most_rows=3)]
    assert steps == [3, 2]
    assert (times(written), ids(written)) == ([], ["a", "b"])


def test_a_journal_without_a_limit_is_kept_for_ever(written: Store) -> None:
    assert written.prune(Retention(seconds={}, journal_seconds=None), 10**9) == 0
    assert len(times(written)) == 4


def test_what_changed_is_found_by_versions_and_read_by_name(written: Store) -> None:
    """Of open documents alone; of one kind alone; ids that nobody knows are left out."""
    with written.reading() as reader:
        journal = reader.journal()
        assert journal.open_versions("silence") == {"a": 1, "b": 1}
        assert journal.open_versions("nothing") == {}
        assert journal.named("silence", ["b", "x", "c", "a"]) == journal.documents("silence")
        assert journal.named("nothing", ["a"]) == journal.named("silence", []) == []
    written.write(Change(documents=(document("a", 1, at_ms=50), document("b", 1, is_open=False))))
    with written.reading() as reader:
        assert reader.journal().open_versions("silence") == {"a": 2}
        assert [each.at_ms for each in reader.journal().named("silence", ["a"])] == [50]
