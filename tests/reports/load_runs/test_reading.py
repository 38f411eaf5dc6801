"""A result is believed only when all of it is there and agrees with itself; every defect is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from reports.load_runs.errors import BadResult
from reports.load_runs.reading import read

Make = Callable[..., dict[str, Any]]


def defects(document: dict[str, Any]) -> tuple[str, ...]:
    """What is wrong with a document."""
    with pytest.raises(BadResult) as caught:
        read(json.dumps(document).encode())
    return caught.value.defects


def changed(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A document with one field changed."""
    place: Any = document
    *above, last = path.split(".")
    for name in above:
        place = place[int(name)] if name.isdigit() else place[name]
    place[int(last) if last.isdigit() else last] = value
    return document


@pytest.mark.parametrize(
    ("requests", "failures", "verdict"), [(324_000, 0, "proven"), (50_000, 0, "undecided"), (324_000, 40, "refuted")]
)
def test_a_sound_result_is_read(raw: Callable[..., bytes], requests: int, failures: int, verdict: str) -> None:
    assert read(raw("r1", requests, failures)).verdict == verdict


def test_fields_that_nobody_knows_are_let_through(raw: Callable[..., bytes]) -> None:
    assert read(raw(later_field={"a": 1})).run_id == "r1"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("format", "other", "format: "),
        ("version", 2, "version: "),
        ("run_id", "../../etc", "run_id: "),
        ("run_id", "", "run_id: "),
        ("started_at", "yesterday", "started_at: "),
        ("started_at", "2026-11-21T03:00:00", "started_at: "),
        ("counts.overall.requests", -1, "counts.overall.requests: "),
        ("counts.overall.requests", 1.5, "counts.overall.requests: "),
        ("counts.overall.requests", True, "counts.overall.requests: "),
        ("counts.overall.requests", "324000", "counts.overall.requests: "),
        ("claims.availability", "100", "claims.availability: "),
        ("claims.confidence", "0", "claims.confidence: "),
        ("configuration.host", "a\0b", "configuration.host: "),
        ("data_centers", 0, "data_centers: "),
        ("seconds.3", [1, 2], "seconds.3.2: "),
        ("machine", None, "machine: "),
    ],
)
def test_a_field_that_is_not_what_it_should_be_is_named(make: Make, path: str, value: Any, said: str) -> None:
    assert any(each.startswith(said) for each in defects(changed(make(), path, value)))


def test_every_defect_is_named_not_the_first(make: Make) -> None:
    document = make(version=3, exit_code=9)
    del document["build"]
    assert {each.split(":")[0] for each in defects(document)} == {"version", "exit_code", "build"}


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("counts.overall.ok", 323_999, "counts.overall.requests: is 324000, but all outcomes add up to 323999"),
        ("counts.steps.0.retries", 5, "counts.steps: retries add up to 5, counts.overall says 0"),
        (
            "counts.overall.failures",
            1,
            "counts.overall.failures: is 1, but error, wrong_answer and too_slow add up to 0",
        ),
        ("seconds.4", [4, 9, 0, 0], "seconds: requests add up to"),
        ("seconds.4", [3, 4500, 0, 0], "seconds: do not ascend"),
        ("seconds.4", [4, 4500, 0, 1], "seconds: dropped arrivals add up to 1, not to 0"),
        ("latency.steps.0.step", "repay", "latency.steps.0: counts.steps has no weilidai repay"),
        ("latency.overall.corrected.buckets", [[5, 324_001]], "latency.overall.corrected.buckets: hold 324001"),
        ("latency.overall.corrected.buckets", [[5, 1], [4, 323_999]], "latency.overall.corrected.buckets: bounds"),
        ("exit_code", 1, "exit_code: is 1; proven is 0"),
        ("ended_at", "2026-11-20T00:00:00Z", "ended_at: lies before started_at"),
        ("generator.workers_lost", 1, "invalid_reasons: the generator's figures mean worker_lost"),
        ("generator.lag_p99_us", 250_001, "invalid_reasons: the generator's figures mean schedule_lag"),
        ("generator.arrivals_started", 320_000, "invalid_reasons: the generator's figures mean not_sent"),
        ("generator.service.counted", 323_000, "generator.service.differs: is false, the counts say true"),
        ("generator.hidden_retries_off", False, "invalid_reasons: the generator's figures mean hidden_retries"),
        ("fixed_length.decides", True, "fixed_length.decides: "),
        ("live.0.requests", 400_000, "live.0: looks at more requests than there were"),
        ("live.0.failures", 324_001, "live.0: more failures than requests"),
        ("fixed_length.verdicts.0.failures", 2, "fixed_length.verdicts.0: requests and failures are not those"),
    ],
)
def test_what_cannot_be_true_together_is_refused(make: Make, path: str, value: Any, said: str) -> None:
    assert any(each.startswith(said) for each in defects(changed(make(), path, value)))


def test_a_verdict_that_the_counts_do_not_bear_out_is_refused(make: Make) -> None:
    """Whoever writes "proven" over 50,000 clean requests is not believed."""
    found = defects(make("r1", 50_000, 0, verdict="proven", exit_code=0))
    assert found == ("verdict: says proven; what was counted means undecided",)


def test_a_run_of_fixed_length_is_judged_by_the_exact_bound(make: Make) -> None:
    """300,000 clean requests: proven at the end, undecided while running."""
    document = make("r1", 300_000, 0)
    document["configuration"]["early_stop"] = False
    document["fixed_length"]["decides"] = True
    document |= {"verdict": "proven", "exit_code": 0}
    assert read(json.dumps(document).encode()).verdict == "proven"
    assert defects(document | {"verdict": "undecided", "exit_code": 3}) == (
        "verdict: says undecided; what was counted means proven",
    )


def test_an_invalid_run_is_kept_with_its_reasons(make: Make) -> None:
    document = make(verdict="invalid", exit_code=4, invalid_reasons=[{"code": "worker_lost", "text": "1 of 2"}])
    document["generator"]["workers_lost"] = 1
    assert read(json.dumps(document).encode()).verdict == "invalid"
    assert defects(make(verdict="invalid", exit_code=4)) == ("verdict: is invalid with 0 invalid_reasons",)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"a": NaN}',
        b'{"a": 1, "a": 2}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"run_id": "\\ud800"}',
    ],
)
def test_what_is_no_result_at_all_gets_one_line(content: bytes) -> None:
    with pytest.raises(BadResult) as caught:
        read(content)
    assert "\n" not in str(caught.value)
