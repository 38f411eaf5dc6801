"""Changes are found by the time at which they were made, for ever."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reports.changes.errors import ChangeRefused
from reports.changes.recording import AHEAD_MS, RecordedChange, record, recorded
from store.memory import MemoryStore

NOW_MS = 1_795_000_000_000
MADE = RecordedChange("c-1", "Risk engine 4.2.1", "pipeline", NOW_MS - 5_000, ("weilidai",), ("dc1",))


def test_a_change_is_found_in_the_half_open_time_of_its_making() -> None:
    """Late recording moves nothing; who recorded stands in the journal."""
    store = MemoryStore("Asia/Shanghai")
    store.write(record(MADE, ["weilidai"], ["dc1"], NOW_MS))
    with store.reading() as reader:
        journal = reader.journal()
        assert recorded(journal, MADE.at_ms, MADE.at_ms + 1) == [replace(MADE, recorded_ms=NOW_MS)]
        assert recorded(journal, MADE.at_ms + 1, NOW_MS) == recorded(journal, 0, MADE.at_ms) == []
        assert [each.open for each in journal.documents("change")] == [True]
        assert [(each.entry.at_ms, each.entry.actor) for each in journal.entries(kind="change")] == [
            (NOW_MS, "pipeline")
        ]


def test_a_clock_may_be_a_minute_ahead_and_no_more() -> None:
    record(replace(MADE, at_ms=NOW_MS + AHEAD_MS), ["weilidai"], ["dc1"], NOW_MS)
    with pytest.raises(ChangeRefused, match="at: is still to come"):
        record(replace(MADE, at_ms=NOW_MS + AHEAD_MS + 1), ["weilidai"], ["dc1"], NOW_MS)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (replace(MADE, title=" "), "title: is empty"),
        (replace(MADE, title="x" * 201), "title: is longer than 200"),
        (replace(MADE, title="a\u2028b"), "title: holds a control character"),
        (replace(MADE, actor="\ud800"), "by: holds a control character"),
        (replace(MADE, products=("x",)), "products: no 'x'"),
        (replace(MADE, data_centers=("x",)), "data_centers: no 'x'"),
    ],
)
def test_what_is_no_change_names_its_field(bad: RecordedChange, said: str) -> None:
    with pytest.raises(ChangeRefused, match=said):
        record(bad, ["weilidai"], ["dc1"], NOW_MS)
