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
from dataclasses import dataclass
from itertools import compress
from operator import getitem, ne

from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import parser as openmetrics_library
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from collectors.errors import GarbagePage
from collectors.mapping import MetricMap, Role
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
_SPECIAL_ROLES = (Role.MARK, Role.PROCESS_START, Role.CREATED, Role.CLOCK)

_openmetrics_families: Callable[[str], Iterator[Metric]] = openmetrics_library.text_string_to_metric_families


class PageParser:
    """Reads the pages of one target. Not for use by two threads at once.

    ``mapping`` says which series are wanted; the others are checked at first sight and then skipped.
    """

    def __init__(self, mapping: MetricMap) -> None:
        self._mapping = mapping
        self._known: dict[str, str] = {}
        self._roles: dict[str, Role] = {}
        self._specials: dict[str, tuple[Role, str]] = {}
        self._lines: list[str] | None = None
        self._buckets: list[int] = []
        self._buckets_shown: tuple[str, ...] = ()
        self._bucket_values: list[slice] = []
        self._bucket_heads = tuple(f"{rule.metric}_bucket{{" for rule in mapping.latency)
        self._layout = _Columns([], [], [])
        self._openmetrics = False
        self._process_born_ms: int | None = None
        self._mark: int | None = None
        self._clock_ms: int | None = None

    def forget(self) -> None:
        """Makes the next page complete: for when the last one was read but could not be kept."""
        self._lines = None

    def buckets(self) -> tuple[tuple[str, ...], list[str]]:
        """Series as written and values of all buckets of mapped histograms on the page parsed last. The same series
        are the same tuple from page to page."""
        if self._lines is None:
            return (), []
        heads, lines = self._buckets_shown, [self._lines[at] for at in self._buckets]
        if all(map(str.startswith, lines, heads)):
            return heads, list(map(getitem, lines, self._bucket_values))
        whole = [(head, line[len(head) :]) for head, line in zip(heads, lines, strict=True) if line.startswith(head)]
        return tuple(head for head, _ in whole), [value for _, value in whole]

    def parse(self, text: str, at_ms: int, *, openmetrics: bool) -> Page:
        """One whole page.

        Raises GarbagePage when the page is torn or holds a line that is not a metric; nothing of it is used, and the
        next page still tells everything that changed since the last good one.
        """
        lines = _whole_lines(text, openmetrics)
        if self._lines is None or len(lines) != len(self._lines) or openmetrics != self._openmetrics:
            return self._complete(lines, at_ms, openmetrics)
        moved = list(map(ne, lines, self._lines))
        changed_lines = list(compress(lines, moved))
        try:
            columns = self._in_place(changed_lines, moved) or self._columns(changed_lines, learning=False)
            if columns.heads != list(compress(self._layout.heads, moved)):
                return self._complete(lines, at_ms, openmetrics)
            mark, clock_ms = self._moved_specials(columns.of_special())
        except _LayoutMovedError:
            return self._complete(lines, at_ms, openmetrics)
        changed = columns.of_series()
        self._lines, self._mark, self._clock_ms = lines, mark, clock_ms
        samples = self._layout.samples()
        return Page(at_ms, self._process_born_ms, mark, samples, changed, {}, complete=False, clock_ms=clock_ms)

    def _in_place(self, lines: list[str], moved: list[bool]) -> _Columns | None:
        """The columns when each changed line still shows its series and plain digits, which is nearly always.

        Works on whole columns at a time: half the cost of a loop over the lines.
        """
        heads = list(compress(self._layout.heads, moved))
        if not all(map(str.startswith, lines, heads)):
            return None
        values = [line[len(head) :] for line, head in zip(lines, heads, strict=True)]
        if not all(map(str.isdigit, values)) and not all(map(_plain, values)):
            return None
        return _Columns(heads, list(compress(self._layout.keys, moved)), values)

    def _columns(self, lines: Iterable[str], *, learning: bool) -> _Columns:
        """The columns of lines in any spelling. Raises _LayoutMovedError for an unknown series unless ``learning``."""
        known = self._known
        columns = _Columns([], [], [])
        for line in lines:
            head = line[: line.rfind(" ") + 1]
            value = line[len(head) :]
            key = known.get(head)
            if key is None or not (value.isdigit() or _plain(value)):
                head, value = self._split(line)
                key = self._key(head, learning=learning)
            columns.heads.append(head)
            columns.keys.append(key)
            columns.values.append(value)
        return columns

    def _moved_specials(self, specials: Sequence[tuple[str, str]]) -> tuple[int | None, int | None]:
        """The new mark and clock. Raises _LayoutMovedError when a birth moved: it concerns series elsewhere."""
        mark, clock_ms = self._mark, self._clock_ms
        for head, value in specials:
            role = self._specials[head][0]
            if role is Role.MARK:
                mark = _mark(value)
            elif role is Role.CLOCK:
                clock_ms = milliseconds(value)
            else:
                raise _LayoutMovedError
        return mark, clock_ms

    def _complete(self, lines: list[str], at_ms: int, openmetrics: bool) -> Page:
        """Reads every line; learns series seen for the first time."""
        self._openmetrics = openmetrics
        self._lines = None
        if len(self._known) > 4 * len(lines) + 1000:  # series come and go: keep the cache near the size of a page
            self._known.clear()
            self._specials.clear()
        columns = self._columns(lines, learning=True)
        changed = columns.of_series()
        if not changed:
            raise GarbagePage(f"none of the mapped metrics is on the page ({', '.join(self._mapping.counters)})")
        births = self._births(columns.of_special())
        self._lines = lines
        self._layout = _Columns(columns.heads, columns.keys, [])
        wanted = self._bucket_heads
        self._buckets = [at for at, head in enumerate(columns.heads) if head.startswith(wanted)] if wanted else []
        self._buckets_shown = tuple([columns.heads[at] for at in self._buckets])
        self._bucket_values = [slice(len(head), None) for head in self._buckets_shown]
        samples = self._layout.samples()
        return Page(
            at_ms, self._process_born_ms, self._mark, samples, changed, births, complete=True, clock_ms=self._clock_ms
        )

    def _births(self, specials: Sequence[tuple[str, str]]) -> dict[str, int]:
        """Births of counters; keeps the birth of the process and the mark."""
        births: dict[str, int] = {}
        self._process_born_ms = self._mark = self._clock_ms = None
        for head, value in specials:
            role, key = self._specials[head]
            if role is Role.MARK:
                self._mark = _mark(value)
            elif role is Role.PROCESS_START:
                self._process_born_ms = _born(key, value)
            elif role is Role.CLOCK:
                self._clock_ms = milliseconds(value)
            else:
                births[key] = _born(key, value)
        return births

    def _key(self, head: str, *, learning: bool) -> str:
        """Key of a series, from the cache or by parsing its labels: _IGNORED and _SPECIAL stand for no series."""
        key = self._known.get(head)
        if key is not None or not head:
            return key or _IGNORED
        if not learning:
            raise _LayoutMovedError
        key = self._known[head] = self._first_sight(head)
        return key

    def _first_sight(self, head: str) -> str:
        name, _, inner = head.rstrip(" ").partition("{")
        role = self._roles.get(name)
        if role is None:
            role = self._roles[name] = self._mapping.role(name)
        if role is Role.IGNORED:
            return _IGNORED
        labels = _parsed_labels(inner)
        if role in _SPECIAL_ROLES:
            partner = self._mapping.counter_born(name) if role is Role.CREATED else name
            self._specials[head] = (role, series_text(partner, labels))
            return _SPECIAL
        return series_text(name, labels)

    def _split(self, line: str) -> tuple[str, str]:
        """Head (with its space) and value of any line; both empty without a sample. Raises GarbagePage."""
        text = line.strip()
        if not text or text[0] == "#":
            if self._openmetrics and line == _EOF:
                raise GarbagePage(f"the page goes on after {_EOF}")
            return "", ""
        match = _LINE.fullmatch(line if self._openmetrics else text)
        if match is not None and is_value(match[4]):
            return match[1] + " ", match[4]
        sample = _library_sample(line, self._openmetrics)
        return series_text(sample.name, sample.labels) + " ", str(sample.value)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Lines as parallel columns: series as written with the space behind it, key of the series, value.

    A line without a sample has an empty head.
    """

    heads: list[str]
    keys: list[str]
    values: list[str]

    def samples(self) -> int:
        """How many lines hold a sample."""
        return len(self.heads) - self.heads.count("")

    def of_special(self) -> list[tuple[str, str]]:
        """Head and value of each line that is the mark's or tells a birth."""
        if _SPECIAL not in self.keys:
            return []
        rows = zip(self.heads, self.values, self.keys, strict=True)
        return [(head, value) for head, value, key in rows if key is _SPECIAL]

    def of_series(self) -> dict[str, str]:
        """Series -> value. Raises GarbagePage for a series that stands there twice."""
        changed = dict(zip(self.keys, self.values, strict=True))
        changed.pop(_IGNORED, None)
        changed.pop(_SPECIAL, None)
        others = self.keys.count(_IGNORED) + self.keys.count(_SPECIAL)
        if len(changed) + others != len(self.keys):
            twice = next(key for key in changed if self.keys.count(key) > 1)
            raise GarbagePage(f"{twice} stands on the page twice")
        return changed


class _LayoutMovedError(Exception):
    """The page is not laid out as the previous one: read it whole."""


def _whole_lines(text: str, openmetrics: bool) -> list[str]:
    """Lines of a page that is all there. Raises GarbagePage for a torn one."""
    lines = text.split("\n")
    ended = not lines[-1]
    if ended:
        lines.pop()
    if openmetrics:
        if not lines or lines.pop() != _EOF:
            raise GarbagePage(f"the page is torn: it does not end with {_EOF}")
    elif not ended:
        raise GarbagePage("the page is torn: its last line does not end")
    return lines


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


def _parsed_labels(inner: str) -> dict[str, str]:
    """Labels as the page writes them between braces (the closing one may follow)."""
    found = _LABELS.findall(inner)
    labels = {label: unescaped(value) for label, value in found}
    if len(labels) != len(found):
        raise GarbagePage(f"a label is named twice: {{{inner}")
    return labels


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
