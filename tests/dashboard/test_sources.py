"""States of sources as a table: one sentence per row."""

from __future__ import annotations

import pytest

from dashboard.sources import SourceState, source_view
from store.records import Read, Source, SourceStatus

NOW_MS = 1_800_000_000_000
FRESH, STALE, MISSING = SourceState.FRESH, SourceState.STALE, SourceState.MISSING


def status(age_ms: int | None, read: Read | None, interval_ms: int = 1000, registered_ms: int = 0) -> SourceStatus:
    """A source whose last page is ``age_ms`` old."""
    watermark = None if age_ms is None else NOW_MS - age_ms
    return SourceStatus(Source("s", "exposition", "dc1", interval_ms), registered_ms, 1, watermark, read)


def failed(reason: str) -> Read:
    """The last attempt failed."""
    return Read(NOW_MS - 100, False, reason)


GOOD = Read(NOW_MS - 100, True)

TABLE = [
    ("a page of this second is fresh", 800, GOOD, 1000, FRESH),
    ("two and a half intervals are still fresh", 2500, GOOD, 1000, FRESH),
    ("a millisecond more is stale", 2501, GOOD, 1000, STALE),
    ("a late collector is stale for five seconds", 5000, GOOD, 1000, STALE),
    ("then nobody knows", 5001, GOOD, 1000, MISSING),
    ("a slow interval is fresh for longer", 37_500, GOOD, 15_000, FRESH),
    ("three slow intervals without a page are missing", 45_001, GOOD, 15_000, MISSING),
    ("no way to the machine is missing at once", 900, failed("unroutable: 10.0.0.1:9101"), 1000, MISSING),
    ("a refused connection is missing at once", 900, failed("refused: 127.0.0.1:9101"), 1000, MISSING),
    ("an HTTP error is missing at once", 900, failed("http: 503"), 1000, MISSING),
    ("garbage is missing at once", 900, failed("garbage: no EOF"), 1000, MISSING),
    ("a name that does not resolve is missing at once", 900, failed("dns: no such host"), 1000, MISSING),
    ("a TLS fault is missing at once", 900, failed("tls: expired"), 1000, MISSING),
    ("a page that is too large is missing at once", 900, failed("too_large: 33 MB"), 1000, MISSING),
    ("one late answer does not blink", 1899, failed("timeout: 0.8 s"), 1000, STALE),
    ("a timeout counts from 1.9 intervals on", 1900, failed("timeout: 0.8 s"), 1000, MISSING),
    ("an unknown failure counts like a timeout", 1900, failed("partial: half"), 1000, MISSING),
    ("a skipped read says nothing of the target", 4000, failed("skipped: 2 reads"), 1000, STALE),
    ("a full store says nothing of the target", 4000, failed("store: disk full"), 1000, STALE),
    ("but not for ever", 5001, failed("skipped: 5 reads"), 1000, MISSING),
    ("a clock ahead of ours counts as now", -3000, GOOD, 1000, FRESH),
]


@pytest.mark.parametrize(("sentence", "age_ms", "read", "interval_ms", "state"), TABLE, ids=[row[0] for row in TABLE])
def test_a_source_is(sentence: str, age_ms: int, read: Read, interval_ms: int, state: SourceState) -> None:
    """Each row of the table."""
    assert source_view(status(age_ms, read, interval_ms), NOW_MS).state is state, sentence


def test_a_source_that_was_never_read_is_stale_at_first_and_missing_after_five_seconds() -> None:
    """The collector gets its time to begin."""
    new = source_view(status(None, None, registered_ms=NOW_MS - 5000), NOW_MS)
    late = source_view(status(None, None, registered_ms=NOW_MS - 5001), NOW_MS)
    assert (new.state, new.age_ms) == (STALE, None)
    assert late.state is MISSING
    assert late.reason == "no reading yet, after 5 s"


def test_a_source_that_was_never_there_is_missing_at_the_first_refusal() -> None:
    """A refusal needs no page before it."""
    seen = source_view(status(None, failed("refused: dc1"), registered_ms=NOW_MS - 900), NOW_MS)
    assert (seen.state, seen.reason) == (MISSING, "refused: dc1")


def test_a_fresh_source_has_no_reason_and_others_say_why() -> None:
    """The reason is that of the last read, or the silence."""
    assert source_view(status(100, GOOD), NOW_MS).reason == ""
    assert source_view(status(7000, GOOD), NOW_MS).reason == "no reading for 7 s"
    assert source_view(status(2000, failed("timeout: 0.8 s")), NOW_MS).reason == "timeout: 0.8 s"
