"""Asking for the next answer before it is wanted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from collectors.prometheus.errors import TooMuch
from collectors.prometheus.page_reader import Ahead
from tests.collectors.prometheus.written import BEGIN_MS, Bench, live

WANTED = '{__name__="lending_requests_total",instance="a:1"}'


@pytest.fixture
def ahead(bench: Bench) -> Iterator[Ahead]:
    """Ten scrapes to ask for."""
    live(bench, 10, "a:1")
    client = bench.config.client(patience_s=0)
    made = Ahead(client, WANTED)
    yield made
    made.close()
    client.close()


def values(ahead: Ahead, from_s: int, to_s: int) -> list[str]:
    (series,) = ahead.ask(BEGIN_MS + from_s * 1000, BEGIN_MS + to_s * 1000)
    return list(series.values)


def test_an_answer_that_was_sent_for_is_not_asked_for_again(bench: Bench, ahead: Ahead) -> None:
    ahead.send(BEGIN_MS, BEGIN_MS + 2000)
    assert values(ahead, 0, 2) == ["3", "6"]
    assert bench.scraped.answered == [2]


def test_another_answer_than_the_one_that_was_sent_for_is_the_right_one(bench: Bench, ahead: Ahead) -> None:
    """What was sent for is dropped, and is no answer to a later question either."""
    ahead.send(BEGIN_MS, BEGIN_MS + 2000)
    assert values(ahead, 2, 4) == ["9", "12"]
    assert values(ahead, 0, 2) == ["3", "6"]
    assert bench.scraped.answered == [2, 2, 2]


def test_a_fault_shows_when_the_answer_is_wanted(bench: Bench, ahead: Ahead) -> None:
    bench.scraped.refuse_above = 1
    ahead.send(BEGIN_MS, BEGIN_MS + 2000)
    with pytest.raises(TooMuch):
        ahead.ask(BEGIN_MS, BEGIN_MS + 2000)
