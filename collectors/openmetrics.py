"""Pages of metrics as text (Prometheus text 0.0.4 and OpenMetrics), read incrementally.

A page of 12,000 lines is almost the same every second, so the previous page is the cache: lines that did not change
are skipped by comparing both pages position by position, and labels are parsed only when a series is first seen
(prometheus_client's parser takes about 500 ms for such a page). What this reader does not recognise goes to that
parser, line by line.

Timestamps and exemplars on a line are accepted and not used: the page is true at the time of the read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import compress
from operator import ne

from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import parser as openmetrics_library
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from collectors.errors import GarbagePage
from collectors.mapping import MetricMap, Role, created_partner
from collectors.page import Page, is_value, milliseconds, series_text, unescaped, whole_number

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\.)*"'
_HEAD = rf"({_NAME})(?:\{{((?:{_LABEL}(?:,{_LABEL})*,?)?)\}})?"
_EXEMPLAR = r"(?: # \{.*\} \S+(?: \S+)?)?"
_LINE = re.compile(rf"({_HEAD})[ \t]+(\S+)(?:[ \t]+[-+.0-9eE]+)?{_EXEMPLAR}")
_LABELS = re.compile(r'(?:^|,)([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')
_EOF = "# EOF"
_IGNORED = ""
_SPECIAL = "#"

_openmetrics_families: Callable[[str], Iterator[Metric]] = openmetrics_library.text_string_to_metric_families


class PageParser:
    """Reads the pages of one target. Not for use by two threads at once.

    ``mapping`` says which series are wanted; the others are checked at first sight and then skipped.
    """

    def __init__(self, mapping: MetricMap) -> None:
        self._mapping = mapping
        self._known: dict[str, str] = {}
        self._specials: dict[str, tuple[Role, str]] = {}
        self._lines: list[str] | None = None
        self._openmetrics = False
        self._samples = 0
        self._births: dict[str, int] = {}
        self._process_born_ms: int | None = None
        self._mark: int | None = None

    def forget(self) -> None:
        """Makes the next page complete: for when the last one was read but could not be kept."""
        self._lines = None

    def parse(self, text: str, at_ms: int, *, openmetrics: bool) -> Page:
        """One whole page.

        Raises GarbagePage when the page is torn or holds a line that is not a metric; nothing of it is used, and the
        next page still tells everything that changed since the last good one.
        """
        lines = _whole_lines(text, openmetrics)
        if self._lines is None or len(lines) != len(self._lines) or openmetrics != self._openmetrics:
            return self._complete(lines, at_ms, openmetrics)
        try:
            changed = self._changed(compress(lines, map(ne, lines, self._lines)))
        except _LayoutMovedError:
            return self._complete(lines, at_ms, openmetrics)
        self._lines = lines
        return Page(at_ms, self._process_born_ms, self._mark, self._samples, changed, {}, complete=False)

    def _changed(self, lines: Iterable[str]) -> dict[str, str]:
        """Values on lines of a known layout. Raises _LayoutMovedError for an unknown series or a birth that moved."""
        known = self._known
        mark = self._mark
        pairs: list[tuple[str, str]] = []
        for line in lines:
            head, _, value = line.rpartition(" ")
            key = known.get(head)
            if key is None or not (value.isdigit() or _plain(value)):
                if self._is_comment(line):
                    continue
                head, value = self._split(line)
                key = known.get(head)
            if key is _SPECIAL:
                mark = self._moved_mark(head, value)
            elif key is None:
                raise _LayoutMovedError
            elif key:
                pairs.append((key, value))
        self._mark = mark
        return _one_value_each(pairs)

    def _moved_mark(self, head: str, value: str) -> int:
        """The new mark; the other special lines tell births, and one that moved concerns series elsewhere."""
        if self._specials[head][0] is not Role.MARK:
            raise _LayoutMovedError
        return _mark(value)

    def _complete(self, lines: list[str], at_ms: int, openmetrics: bool) -> Page:
        """Reads every line; learns series seen for the first time."""
        self._openmetrics = openmetrics
        self._lines = None
        if len(self._known) > 4 * len(lines) + 1000:  # series come and go: keep the cache near the size of a page
            self._known.clear()
            self._specials.clear()
        pairs, specials, samples = self._every_value(lines)
        changed = _one_value_each(pairs)
        if not changed:
            raise GarbagePage(f"none of the mapped metrics is on the page ({', '.join(self._mapping.counters)})")
        self._keep_specials(specials)
        self._lines = lines
        self._samples = samples
        return Page(at_ms, self._process_born_ms, self._mark, samples, changed, dict(self._births), complete=True)

    def _every_value(self, lines: Sequence[str]) -> tuple[list[tuple[str, str]], list[tuple[str, str]], int]:
        """Series and value of each wanted line, head and value of each special one, and how many samples there are."""
        known = self._known
        pairs: list[tuple[str, str]] = []
        specials: list[tuple[str, str]] = []
        comments = 0
        for line in lines:
            head, _, value = line.rpartition(" ")
            key = known.get(head)
            if key is None or not (value.isdigit() or _plain(value)):
                if self._is_comment(line):
                    comments += 1
                    continue
                head, value = self._split(line)
                key = self._learned(head)
            if key is _SPECIAL:
                specials.append((head, value))
            elif key:
                pairs.append((key, value))
        return pairs, specials, len(lines) - comments

    def _keep_specials(self, specials: Sequence[tuple[str, str]]) -> None:
        births: dict[str, int] = {}
        process_born_ms: int | None = None
        mark: int | None = None
        for head, value in specials:
            role, key = self._specials[head]
            if role is Role.MARK:
                mark = _mark(value)
            elif role is Role.PROCESS_START:
                process_born_ms = _born(key, value)
            else:
                births[key] = _born(key, value)
        self._births, self._process_born_ms, self._mark = births, process_born_ms, mark

    def _learned(self, head: str) -> str:
        """Key of a series, from the cache or by parsing its labels: _IGNORED and _SPECIAL stand for no series."""
        key = self._known.get(head)
        if key is None:
            key = self._known[head] = self._first_sight(head)
        return key

    def _first_sight(self, head: str) -> str:
        name, labels = _parsed_head(head)
        role = self._mapping.role(name)
        if role is Role.IGNORED:
            return _IGNORED
        if role in (Role.MARK, Role.PROCESS_START, Role.CREATED):
            partner = created_partner(name) if role is Role.CREATED else name
            self._specials[head] = (role, series_text(partner, labels))
            return _SPECIAL
        return series_text(name, labels)

    def _is_comment(self, line: str) -> bool:
        """Whether a line holds no sample."""
        text = line.strip()
        if text and text[0] != "#":
            return False
        if self._openmetrics and line == _EOF:
            raise GarbagePage("the page goes on after # EOF")
        return True

    def _split(self, line: str) -> tuple[str, str]:
        """Series and value of any line that holds a sample. Raises GarbagePage with the line."""
        match = _LINE.fullmatch(line if self._openmetrics else line.strip())
        if match is not None and is_value(match[4]):
            return match[1], match[4]
        sample = _library_sample(line, self._openmetrics)
        return series_text(sample.name, sample.labels), str(sample.value)


class _LayoutMovedError(Exception):
    """The page is not laid out as the previous one: read it whole."""


def _whole_lines(text: str, openmetrics: bool) -> list[str]:
    """Lines of a page that is all there. Raises GarbagePage for a torn one."""
    if openmetrics:
        body = text.removesuffix("\n")
        if body != _EOF and not body.endswith("\n" + _EOF):
            raise GarbagePage("the page is torn: it does not end with # EOF")
        return body[: -len(_EOF)].split("\n")[:-1]
    if not text.endswith("\n"):
        raise GarbagePage("the page is torn: its last line does not end")
    return text.split("\n")[:-1]


def _plain(value: str) -> bool:
    """Whether a value is digits with at most one dot, which is nearly always."""
    return (value.isdigit() or value.replace(".", "", 1).isdigit()) and value.isascii()


def _mark(value: str) -> int:
    mark = whole_number(value)
    if mark is None:
        raise GarbagePage(f"the target's sequence number {value!r} is not a whole number")
    return mark


def _born(key: str, value: str) -> int:
    born_ms = milliseconds(value)
    if born_ms is None:
        raise GarbagePage(f"the birth of {key} is not a time: {value!r}")
    return born_ms


def _one_value_each(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Series -> value. Raises GarbagePage when a series stands there twice with different values."""
    values = dict(pairs)
    if len(values) == len(pairs):
        return values
    for key, value in pairs:
        if values[key] != value:
            raise GarbagePage(f"{key} stands there twice, as {value} and as {values[key]}")
    return values


def _parsed_head(head: str) -> tuple[str, dict[str, str]]:
    """Name and labels of a series as the page writes it."""
    name, brace, inner = head.partition("{")
    if not brace:
        return name, {}
    found = [(label, unescaped(value)) for label, value in _LABELS.findall(inner)]
    labels = dict(found)
    if len(labels) != len(found):
        raise GarbagePage(f"{head} names a label twice")
    return name, labels


def _library_sample(line: str, openmetrics: bool) -> Sample:
    """The one sample on a line in any spelling that prometheus_client knows. Raises GarbagePage."""
    try:
        samples = list(_library_samples(line, openmetrics))
    except (ValueError, IndexError, KeyError):  # what that parser raises for lines it cannot read
        samples = []
    if len(samples) != 1:
        raise GarbagePage(f"not a line of metrics: {line[:120]!r}")
    return samples[0]


def _library_samples(line: str, openmetrics: bool) -> Iterator[Sample]:
    if not openmetrics:
        families = text_string_to_metric_families(line + "\n")
    else:
        families = _openmetrics_families(f"{line}\n{_EOF}\n")
    for family in families:
        yield from family.samples
