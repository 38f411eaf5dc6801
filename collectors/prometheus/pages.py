"""Raw samples become pages: everything that one scrape of one instance stored, oldest scrape first.

All samples of a scrape carry one timestamp and ``up`` is 1 at it, so the timestamps at which ``up`` is 1 are the pages.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from collectors.latency import Buckets
from collectors.mapping import created_partner
from collectors.page import Page, milliseconds, series_text, whole_number
from collectors.prometheus.client import Labels, Series

PROCESS_START = "process_start_time_seconds"
CREATED = "_created"
WHOLE_EVERY_MS = 3_600_000
"""So often a page is told whole, so that what is gone for good can be forgotten."""


@dataclass(frozen=True, slots=True)
class Scrapes:
    """What ``up`` says of one instance: the instants of scrapes that succeeded and of those that failed, ascending."""

    labels: Labels
    good_ms: tuple[int, ...]
    failed_ms: tuple[int, ...]

    @property
    def last_ms(self) -> int:
        """The newest scrape, good or bad."""
        return max(self.good_ms[-1:] + self.failed_ms[-1:])

    def after(self, at_ms: int) -> Scrapes:
        """Only the scrapes later than an instant."""
        return Scrapes(
            self.labels,
            tuple(ms for ms in self.good_ms if ms > at_ms),
            tuple(ms for ms in self.failed_ms if ms > at_ms),
        )


def scrapes_by_instance(up: Iterable[Series]) -> dict[str, Scrapes]:
    """The ``up`` series of a job, per instance; series without an instance are no target."""
    found: dict[str, Scrapes] = {}
    for series in sorted(up, key=lambda one: one.times_ms[-1]):  # of two series of one instance the later one names it
        instance = series.labels.get("instance")
        if not instance:
            continue
        seen = list(zip(series.times_ms, map(whole_number, series.values), strict=True))
        before = found.get(instance, Scrapes(series.labels, (), ()))
        found[instance] = Scrapes(
            series.labels,
            tuple(sorted(before.good_ms + tuple(ms for ms, up_now in seen if up_now == 1))),
            tuple(sorted(before.failed_ms + tuple(ms for ms, up_now in seen if up_now != 1))),
        )
    return found


class PageBuilder:
    """Builds the pages of one instance; remembers series texts and last values, so that pages carry changes only.

    ``target_labels`` are labels that the server added to tell targets apart: no part of the series on the target's own
    page, so that a series stays the same one when the operator relabels the target. ``bucket_names``: metrics that are
    buckets of histograms; they are no part of a page, ``buckets`` tells those of the newest one. ``clock_name``: what
    the target believed the time to be.
    """

    def __init__(
        self,
        mark_name: str,
        target_labels: Collection[str] = ("job", "instance"),
        *,
        process_start_name: str = PROCESS_START,
        bucket_names: Collection[str] = (),
        clock_name: str = "",
    ) -> None:
        self.buckets: Buckets = ((), [])
        self._bucket_heads = tuple(f"{name}{{" for name in bucket_names)
        self._mark_name = mark_name
        self._process_start_name = process_start_name
        self._clock_name = clock_name
        self._dropped = frozenset({"__name__", *target_labels})
        self._texts: dict[tuple[str, ...], str] = {}
        self._last: dict[str, str] = {}
        self._births: dict[str, str] = {}
        self._process_start: str | None = None
        self._whole_ms = 0

    def forget(self) -> None:
        """The next page will be complete: after a page was not accepted."""
        self._last, self._births, self._process_start = {}, {}, None

    @property
    def series(self) -> int:
        """How many series the pages hold, as far as is known."""
        return len(self._last) + len(self._births) + len(self.buckets[0]) + 2

    def pages(self, samples: Sequence[Series], scrapes_ms: Sequence[int]) -> Iterator[Page]:
        """One page per scrape. Take each page only after the one before it was accepted (or ``forget``)."""
        columns = [(text, dict(zip(one.times_ms, one.values, strict=True))) for text, one in self.named(samples)]
        for at_ms in scrapes_ms:
            yield self._page(at_ms, {text: values[at_ms] for text, values in columns if at_ms in values})

    def named(self, samples: Sequence[Series]) -> list[tuple[str, Series]]:
        """Series with their texts."""
        if len(self._texts) > 4 * len(samples) + 1000:  # series come and go: keep the cache near the size of a page
            self._texts.clear()
        return [(self._text(one.labels), one) for one in samples]

    def _page(self, at_ms: int, values: Mapping[str, str]) -> Page:
        start, mark = values.get(self._process_start_name), values.get(self._mark_name)
        clock = values.get(self._clock_name)
        if clock is not None:
            values = {text: value for text, value in values.items() if text != self._clock_name}
        values = self._without_buckets(values)
        births = {text: value for text, value in values.items() if is_birth(text)}
        counted = {text: value for text, value in values.items() if text not in births}
        moved = start != self._process_start or births.items() != self._births.items()
        complete = not self._last or moved or at_ms // WHOLE_EVERY_MS != self._whole_ms // WHOLE_EVERY_MS
        changed = counted if complete else self._differing(counted)
        born = born_ms(births) if complete else {}
        if complete:
            self._last, self._whole_ms = {}, at_ms
        self._last.update(counted)
        self._births, self._process_start = births, start
        return Page(
            at_ms=at_ms,
            process_born_ms=None if start is None else milliseconds(start),
            mark=None if mark is None else whole_number(mark),
            samples=len(values),
            changed=changed,
            born=born,
            complete=complete,
            clock_ms=None if clock is None else milliseconds(clock),
        )

    def _without_buckets(self, values: Mapping[str, str]) -> Mapping[str, str]:
        """What else a scrape shows; its buckets are kept in the same order from page to page."""
        heads = self._bucket_heads
        found = sorted(text for text in values if text.startswith(heads)) if heads else []
        if not found:
            self.buckets = ((), [])
            return values
        before = self.buckets[0]
        shown = before if list(before) == found else tuple(found)
        self.buckets = (shown, [values[text] for text in shown])
        return {text: value for text, value in values.items() if not text.startswith(heads)}

    def _differing(self, counted: Mapping[str, str]) -> dict[str, str]:
        last = self._last
        return {text: value for text, value in counted.items() if last.get(text) != value}

    def _text(self, labels: Labels) -> str:
        key = (*labels, *labels.values())
        text = self._texts.get(key)
        if text is None:
            own = {name: value for name, value in labels.items() if name not in self._dropped}
            text = self._texts[key] = series_text(labels["__name__"], own)
        return text


def is_birth(text: str) -> bool:
    """Whether a series is some counter's ``_created``."""
    return text.partition("{")[0].endswith(CREATED)


def born_ms(births: Mapping[str, str]) -> dict[str, int]:
    """Births by the text of their counter: ``x_created{...}`` tells the birth of ``x_total{...}``."""
    found: dict[str, int] = {}
    for text, value in births.items():
        name, brace, labels = text.partition("{")
        born = milliseconds(value)
        if born is not None:
            found[f"{created_partner(name)}{brace}{labels}"] = born
    return found
