"""Pages as text: the incremental reader beside prometheus_client's parsers."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest as text_page
from prometheus_client.openmetrics import parser as openmetrics_library
from prometheus_client.openmetrics.exposition import generate_latest as openmetrics_page
from prometheus_client.parser import text_string_to_metric_families

from collectors.errors import GarbagePage
from collectors.mapping import MetricMap, Role
from collectors.openmetrics import PageParser
from collectors.page import Page, series_text


class EveryMetric(MetricMap):
    """Keeps whatever a page holds, so that nothing is skipped in the comparison."""

    def role(self, name: str) -> Role:
        return Role.GAUGE


def read(text: str, *, openmetrics: bool = False) -> Page:
    return PageParser(EveryMetric()).parse(text, 1000, openmetrics=openmetrics)


def library(text: str, *, openmetrics: bool) -> dict[str, float] | None:
    """Series -> value as prometheus_client reads them, None when it refuses the page or finds a series twice."""
    parse = openmetrics_library.text_string_to_metric_families if openmetrics else text_string_to_metric_families
    found: dict[str, float] = {}
    try:
        for family in parse(text):
            for sample in family.samples:
                key = series_text(sample.name, sample.labels)
                if key in found or sample.value is None:
                    return None
                found[key] = sample.value
    except (ValueError, IndexError, KeyError, TypeError):
        return None
    return found


def numbers(page: Page) -> dict[str, float]:
    return {series: float(value) for series, value in page.changed.items()}


def same(left: dict[str, float], right: dict[str, float]) -> bool:
    return left.keys() == right.keys() and all(
        left[key] == float(right[key]) or (math.isnan(left[key]) and math.isnan(right[key])) for key in left
    )


NAME = st.from_regex(r"[a-z_:][a-z0-9_:]{0,5}", fullmatch=True)
LABEL = st.from_regex(r"[a-z_][a-z0-9_]{0,3}", fullmatch=True)
TEXT = st.text(st.sampled_from('ab \\"\n{},=#\t中') | st.characters(exclude_characters="\r", codec="utf-8"), max_size=6)
VALUE = st.integers(0, 2**63 - 1).map(str) | st.floats().map(repr) | st.sampled_from(["17.0", "1.7e1", "+Inf", "NaN"])


@st.composite
def lines(draw: st.DrawFn) -> str:
    """One sample line, plainly or in one of the odd spellings of text 0.0.4."""
    labels = draw(st.dictionaries(LABEL, TEXT, max_size=3))
    inner = ",".join(
        '{}="{}"'.format(name, value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"'))
        for name, value in labels.items()
    )
    space = draw(st.sampled_from([" ", " ", " ", "  ", "\t"]))
    end = draw(st.sampled_from(["", "", "", " 1795347619000", "  "]))
    comma = draw(st.sampled_from(["", "", ","])) if labels else ""
    braces = f"{{{inner}{comma}}}" if labels else draw(st.sampled_from(["", "{}"]))
    return f"{draw(NAME)}{braces}{space}{draw(VALUE)}{end}"


COMMENT = st.sampled_from(["# HELP a b", "# TYPE a gauge", "#", "# a comment 17", "", "   "])
PAGES = st.lists(lines() | COMMENT, min_size=1, max_size=12).map(lambda page: "\n".join(page) + "\n")


@settings(max_examples=500, deadline=None)
@given(text=PAGES)
def test_text_pages_mean_what_prometheus_client_reads(text: str) -> None:
    """Escapes, odd spaces, trailing commas, timestamps, comments, NaN and infinities."""
    expected = library(text, openmetrics=False)
    try:
        page = read(text)
    except GarbagePage:
        assert not expected
        return
    if expected is not None:
        assert same(numbers(page), expected)
        assert page.samples == len(expected)


def registry(values: list[tuple[str, str, float]]) -> CollectorRegistry:
    metrics = CollectorRegistry()
    counter = Counter("lending_requests", 'with a "quote" and a \\', ["product", "outcome"], registry=metrics)
    gauge = Gauge("lending_level", "a gauge", ["product"], registry=metrics)
    histogram = Histogram("lending_duration_seconds", "a histogram", registry=metrics)
    for product, outcome, value in values:
        counter.labels(product, outcome).inc(value, exemplar={"trace": 'a } # " b'[:6]} if value else None)
        gauge.labels(product).set(-value)
        histogram.observe(value, exemplar={"trace": "x"})
    return metrics


@settings(max_examples=60, deadline=None)
@given(values=st.lists(st.tuples(TEXT, TEXT, st.floats(0, 1e300)), min_size=1, max_size=5), openmetrics=st.booleans())
def test_what_the_python_client_exposes_is_read_in_both_formats(
    values: list[tuple[str, str, float]], openmetrics: bool
) -> None:
    """With ``_created``, exemplars and histogram buckets."""
    metrics = registry(values)
    text = (openmetrics_page(metrics) if openmetrics else text_page(metrics)).decode()
    expected = library(text, openmetrics=openmetrics)
    assert expected is not None
    assert same(numbers(read(text, openmetrics=openmetrics)), expected)


GOOD = registry([("p", "ok", 17.0), ("q\\", 'a"b', 3.0)])
GOOD_PAGES = {True: openmetrics_page(GOOD).decode(), False: text_page(GOOD).decode()}


@settings(max_examples=300, deadline=None)
@given(data=st.data(), openmetrics=st.booleans())
def test_a_damaged_page_is_refused_or_read_as_prometheus_client_reads_it(
    data: st.DataObject, openmetrics: bool
) -> None:
    """One stretch of a good page is replaced by anything."""
    text = GOOD_PAGES[openmetrics]
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, min(len(text), begin + 8)))
    damaged = text[:begin] + data.draw(TEXT) + text[end:]
    expected = library(damaged, openmetrics=openmetrics)
    try:
        page = read(damaged, openmetrics=openmetrics)
    except GarbagePage:
        return
    if expected is not None:
        assert same(numbers(page), expected)


@settings(max_examples=200, deadline=None)
@given(pages=st.lists(PAGES, min_size=2, max_size=6))
def test_reading_page_after_page_equals_reading_each_alone(pages: list[str]) -> None:
    """The changes, put on top of each other, are always the whole page that stands there now."""
    parser = PageParser(EveryMetric())
    known: dict[str, str] = {}
    for text in [*pages, *reversed(pages)]:
        try:
            alone = read(text)
        except GarbagePage:
            with pytest.raises(GarbagePage):
                parser.parse(text, 0, openmetrics=False)
            continue
        page = parser.parse(text, 0, openmetrics=False)
        known = dict(page.changed) if page.complete else {**known, **page.changed}
        assert known == alone.changed
        assert page.samples == alone.samples


def growing(counts: list[int], born_s: float = 1000.25, mark: int = 1, created: float | None = None) -> str:
    """A page of the estate's own kind."""
    rows = ["# TYPE lending_requests counter"]
    for number, count in enumerate(counts):
        labels = f'{{product="p{number}",step="s",outcome="ok"}}'
        rows.append(f"lending_requests_total{labels} {count}")
        if created is not None:
            rows.append(f"lending_requests_created{labels} {created}")
    rows.append('lending_request_duration_seconds_bucket{le="+Inf"} ' + str(sum(counts)))
    rows.append(f"process_start_time_seconds {born_s}")
    rows.append(f"lending_truth_sequence {mark}")
    return "\n".join([*rows, "# EOF", ""])


def series(number: int) -> str:
    return f'lending_requests_total{{outcome="ok",product="p{number}",step="s"}}'


def test_a_later_page_tells_only_what_changed() -> None:
    """Of three counters one moved; the sequence number and an ignored bucket moved too."""
    parser = PageParser(MetricMap())
    first = parser.parse(growing([1, 2, 3]), 1000, openmetrics=True)
    assert first.complete
    assert first.changed == {series(0): "1", series(1): "2", series(2): "3"}
    assert (first.process_born_ms, first.mark, first.samples) == (1000250, 1, 6)
    later = parser.parse(growing([1, 5, 3], mark=4), 2000, openmetrics=True)
    assert later == Page(2000, 1000250, 4, 6, {series(1): "5"}, {}, complete=False)


def test_nothing_changed_is_an_empty_page_and_not_a_missing_one() -> None:
    """The same text twice."""
    parser = PageParser(MetricMap())
    parser.parse(growing([1]), 1000, openmetrics=True)
    assert parser.parse(growing([1]), 2000, openmetrics=True).changed == {}


@pytest.mark.parametrize(
    ("later", "born"),
    [
        (growing([1, 2], born_s=2000.0, created=1000.0), {series(0): 1000000, series(1): 1000000}),
        (growing([1, 2], created=1500.5), {series(0): 1500500, series(1): 1500500}),
    ],
)
def test_a_birth_that_moved_makes_the_page_complete(later: str, born: dict[str, int]) -> None:
    """Counters that show the same text may be new ones: 5 before and 5 after a restart is 5 events."""
    parser = PageParser(MetricMap())
    parser.parse(growing([1, 2], created=1000.0), 1000, openmetrics=True)
    page = parser.parse(later, 2000, openmetrics=True)
    assert page.complete
    assert page.changed == {series(0): "1", series(1): "2"}
    assert page.born == born


def test_a_new_series_is_learned_on_the_way() -> None:
    """The page grew by a line: it is read whole, and then incrementally again."""
    parser = PageParser(MetricMap())
    parser.parse(growing([1]), 1000, openmetrics=True)
    assert parser.parse(growing([1, 7]), 2000, openmetrics=True).changed == {series(0): "1", series(1): "7"}
    assert parser.parse(growing([1, 8]), 3000, openmetrics=True).changed == {series(1): "8"}


def test_two_lines_that_change_places_keep_their_values() -> None:
    """Same number of lines, another order."""
    parser = PageParser(MetricMap())
    text = growing([1, 2])
    parser.parse(text, 1000, openmetrics=True)
    rows = text.split("\n")
    rows[1], rows[2] = rows[2], rows[1]
    assert parser.parse("\n".join(rows), 2000, openmetrics=True).changed == {series(0): "1", series(1): "2"}


def test_a_parser_that_is_told_to_forget_tells_everything_again() -> None:
    """For a page that could not be stored."""
    parser = PageParser(MetricMap())
    parser.parse(growing([1, 2]), 1000, openmetrics=True)
    parser.parse(growing([1, 3]), 2000, openmetrics=True)
    parser.forget()
    page = parser.parse(growing([1, 3]), 3000, openmetrics=True)
    assert page.complete
    assert page.changed == {series(0): "1", series(1): "3"}


def test_a_refused_page_hides_no_change_from_the_next_one() -> None:
    """Garbage between two good pages."""
    parser = PageParser(MetricMap())
    parser.parse(growing([1, 2]), 1000, openmetrics=True)
    with pytest.raises(GarbagePage):
        parser.parse(growing([4, 2]).replace("p1", 'p1"'), 2000, openmetrics=True)
    assert parser.parse(growing([4, 2]), 3000, openmetrics=True).changed[series(0)] == "4"


def torn_pages() -> Iterator[str]:
    whole = growing([1, 20])
    for length in range(len(whole) - 1):
        yield whole[:length]


def test_every_torn_openmetrics_page_is_refused_whole() -> None:
    """Cut anywhere before the end of # EOF: a number that lost its last digit is never counted."""
    for text in torn_pages():
        with pytest.raises(GarbagePage, match="torn"):
            PageParser(MetricMap()).parse(text, 0, openmetrics=True)


@pytest.mark.parametrize(
    ("text", "openmetrics", "reason"),
    [
        ("lending_requests_total 17", False, "torn"),
        ("", False, "none of the mapped metrics"),
        ("", True, "torn"),
        ("# EOF\n", True, "none of the mapped metrics"),
        ("\n", False, "none of the mapped metrics"),
        ("up 1\n", False, "none of the mapped metrics"),
        ("<html><body>please log in</body></html>\n", False, "not a line of metrics"),
        ("Service Unavailable\n", False, "not a line of metrics"),
        ("lending_requests_total 1\n# EOF\nlending_requests_total 2\n# EOF\n", True, "goes on after # EOF"),
        ("lending_requests_total 1\nlending_requests_total 2\n# EOF\n", True, "twice"),
        ('lending_requests_total{a="1",a="2"} 1\n', False, "twice"),
        ('lending_requests_total{a="1} 1\n', False, "not a line of metrics"),
        ("lending_requests_total\n", False, "not a line of metrics"),
        ("lending_requests_total seventeen\n", False, "not a line of metrics"),
        ("lending_requests_total 1_7\n", False, "not a line of metrics"),
        ("lending_requests_total 1\nlending_truth_sequence 1.5\n", False, "sequence number '1.5'"),
        ("lending_requests_total 1\nprocess_start_time_seconds NaN\n", False, "birth of process_start"),
    ],
)
def test_what_is_not_a_whole_page_is_refused_with_its_reason(text: str, openmetrics: bool, reason: str) -> None:
    """One line that says what is wrong; nothing is taken from such a page."""
    with pytest.raises(GarbagePage, match=reason) as refused:
        PageParser(MetricMap()).parse(text, 0, openmetrics=openmetrics)
    assert str(refused.value).startswith("garbage: ")
    assert "\n" not in str(refused.value)


def test_exemplars_and_timestamps_do_not_disturb_the_value() -> None:
    """On a counter, with braces and quotes in the exemplar, page after page."""
    parser = PageParser(MetricMap())
    for value in (5, 6):
        line = f'lending_requests_total{{product="a # b"}} {value} 1795347619.5 # {{trace="x}} y"}} 1.0 1795347619.5'
        page = parser.parse(f"{line}\n# EOF\n", 0, openmetrics=True)
        assert page.changed == {'lending_requests_total{product="a # b"}': str(value)}


def test_counters_beyond_what_a_float_holds_stay_exact() -> None:
    """2**53 + 1."""
    page = PageParser(MetricMap()).parse("lending_requests_total 9007199254740993\n", 0, openmetrics=False)
    assert page.changed == {"lending_requests_total": "9007199254740993"}


def test_series_that_come_and_go_do_not_fill_the_cache() -> None:
    """An exporter whose label values never repeat."""
    parser = PageParser(MetricMap())
    for number in range(2500):
        parser.parse(f'lending_requests_total{{product="{number}"}} 1\n', 0, openmetrics=False)
    assert len(parser._known) < 2000
