"""The metrics page: OpenMetrics text, kept ready so that a scrape costs little although every count may have changed.

The page is one list of byte strings that alternates fixed text and values; a scrape rewrites the values that changed
since the last one and joins. Every series is there from the start, at 0.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from lending.estate import ACCOUNT_STATES, COST_CATEGORIES, Estate, Step
from lending.shape import CLIENT_ABORT, OUTCOMES, TRAFFICS, Shape

CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"
BUCKET_BOUNDS_MS = (25, 50, 100, 150, 200, 300, 500, 800, 1_500, 3_000)
_MS_PER_YEAR = 365 * 86_400_000
_FULL = 1 << 32


class Text:
    """Fixed text with places for values."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self._pending: list[str] = []

    def line(self, text: str) -> None:
        """Adds a line that never changes."""
        self._pending.append(text + "\n")

    def value(self, series: str, value: bytes = b"0") -> int:
        """Adds a line whose value may change; returns where the value is kept."""
        self._pending.append(series + " ")
        self._settle()
        self.parts.append(value)
        self._pending.append("\n")
        return len(self.parts) - 1

    def rendered(self) -> bytes:
        """The whole text."""
        if self._pending:
            self._settle()
        return b"".join(self.parts)

    def _settle(self) -> None:
        self.parts.append("".join(self._pending).encode())
        self._pending.clear()


class CounterFamily:
    """Counters of one name in the order of their label sets, each with its ``_created``."""

    def __init__(self, text: Text, name: str, meaning: str, labels: Iterable[str], created: str) -> None:
        self._parts = text.parts
        text.line(f"# HELP {name} {meaning}")
        text.line(f"# TYPE {name} counter")
        self._places: list[int] = []
        for one in labels:
            self._places.append(text.value(f"{name}_total{{{one}}}"))
            text.line(f"{name}_created{{{one}}} {created}")
        self.counts = [0] * len(self._places)
        self._changed: set[int] = set()

    def add(self, index: int, events: int = 1) -> None:
        """Counts events of one series."""
        self.counts[index] += events
        self._changed.add(index)

    def add_all(self, events: Sequence[int]) -> None:
        """Counts events of the first series, one number each."""
        counts = self.counts
        for index, number in enumerate(events):
            if number:
                counts[index] += number
        self._changed.update(index for index, number in enumerate(events) if number)

    def refresh(self) -> None:
        """Writes the counts that changed into the text."""
        parts, places, counts = self._parts, self._places, self.counts
        for index in self._changed:
            parts[places[index]] = b"%d" % counts[index]
        self._changed.clear()


class DurationFamily:
    """Histograms of the time to answer, one per step.

    Demand is only a number of answers: they are spread over the buckets by the step's distribution, in whole events
    whose fractions carry over, so that a bucket never shrinks and the last always equals the count.
    """

    def __init__(self, text: Text, steps: Sequence[tuple[str, Step]], created: str, name: str) -> None:
        self._parts = text.parts
        text.line(f"# HELP {name} Time to answer, without requests that the client gave up")
        text.line(f"# TYPE {name} histogram")
        text.line(f"# UNIT {name} seconds")
        self._places = [_histogram_lines(text, name, labels, created) for labels, _ in steps]
        self._seen = [[0] * (len(BUCKET_BOUNDS_MS) + 1) for _ in steps]
        self._drawn = [[0] * (len(BUCKET_BOUNDS_MS) + 1) for _ in steps]
        self._sum_ms = [0.0] * len(steps)
        self._steps = [step for _, step in steps]
        self._usual = [self._spread(step, 0) for step in self._steps]
        self._changed: set[int] = set()

    def observe(self, step: int, duration_ms: float) -> None:
        """Counts one real answer."""
        self._seen[step][bisect_left(BUCKET_BOUNDS_MS, duration_ms)] += 1
        self._sum_ms[step] += duration_ms
        self._changed.add(step)

    def add_drawn(self, step: int, answers: int, slower_by_ms: int = 0) -> None:
        """Counts drawn answers of one step, all later by the same delay."""
        spread = self._spread(self._steps[step], slower_by_ms) if slower_by_ms else self._usual[step]
        self._drawn[step] = [before + answers * share for before, share in zip(self._drawn[step], spread, strict=True)]
        self._sum_ms[step] += answers * (self._steps[step].latency.mean_ms + slower_by_ms)
        self._changed.add(step)

    def refresh(self) -> None:
        """Writes the histograms that changed into the text."""
        for step in self._changed:
            buckets, count, total = self._places[step]
            seen = 0
            for place, real, drawn in zip(buckets, self._seen[step], self._drawn[step], strict=True):
                seen += real
                self._parts[place] = b"%d" % (seen + (drawn >> 32))
            self._parts[count] = self._parts[buckets[-1]]
            self._parts[total] = b"%.3f" % (self._sum_ms[step] / 1000)
        self._changed.clear()

    @staticmethod
    def _spread(step: Step, delay_ms: int) -> list[int]:
        within = [int(_FULL * step.latency.share_within(bound - delay_ms)) for bound in BUCKET_BOUNDS_MS]
        return [*within, _FULL]


class MetricsPage:
    """Everything one data center tells about itself.

    ``born_ms`` is the start of the process and of every counter. Counts are changed by the caller in the same step in
    which the truth is appended; ``sequence`` is the last truth record that they hold.
    """

    def __init__(self, estate: Estate, data_center: str, shape: Shape, born_ms: int) -> None:
        self._text = Text()
        self._born_ms = born_ms
        self._data_center = data_center
        self._shape = shape
        created = f"{born_ms // 1000}.{born_ms % 1000:03d}"
        self.steps = [(product.id, step) for product in estate.products for step in product.steps]
        self.requests = self._counters("lending_requests", "Answered requests by outcome", self._request_labels())
        self.transactions = self._counters(
            "lending_transactions", "Business requests, each counted once by its key", self._transaction_labels()
        )
        self.replays = self._counters(
            "lending_replays",
            "Repeated requests that were answered from the first answer",
            (f'product="{product.id}",data_center="{data_center}"' for product in estate.products),
        )
        labels = [(f'product="{p}",step="{s.id}",data_center="{data_center}"', s) for p, s in self.steps]
        self.durations = DurationFamily(self._text, labels, created, "lending_request_duration_seconds")
        self._yearly_fen = self._costs(estate)
        self._gauges(estate)
        self._gauge("process_start_time_seconds", "Start of this process", "", created.encode())
        self._sequence = self._gauge("lending_truth_sequence", "Last truth record that this page holds", "", b"0")
        self._clock = self._gauge("lending_clock_seconds", "What this process believes the time to be", "", b"0")
        self._text.line("# EOF")

    def count_event(self, place: int, outcome: int, traffic: int, transaction: bool) -> None:
        """Counts one real request."""
        self.requests.add(self._shape.event(place, outcome, traffic))
        if transaction:
            self.transactions.add(self._shape.transaction(place, traffic))

    def count_drawn(self, drawn: Sequence[int], slower_by_ms: Mapping[int, int]) -> None:
        """Counts one second of drawn demand: four outcomes of every place; ``slower_by_ms``: place -> added delay."""
        self.requests.add_all(drawn)
        self.transactions.add_all(self._shape.transactions_drawn(drawn))
        width = len(self._shape.places)
        answered = [
            sum(three) for three in zip(*(drawn[o * width : (o + 1) * width] for o in range(CLIENT_ABORT)), strict=True)
        ]
        dcns = width // len(self.steps)
        for place, delay_ms in slower_by_ms.items():
            self.durations.add_drawn(place // dcns, answered[place], delay_ms)
            answered[place] = 0
        for step in range(len(self.steps)):
            answers = sum(answered[step * dcns : (step + 1) * dcns])
            if answers:
                self.durations.add_drawn(step, answers)

    def rendered(self, sequence: int, now_ms: int) -> bytes:
        """The page as it is now."""
        elapsed_ms = max(0, now_ms - self._born_ms)
        for index, fen in enumerate(self._yearly_fen):
            grown = fen * elapsed_ms // _MS_PER_YEAR - self._costs_family.counts[index]
            if grown > 0:
                self._costs_family.add(index, grown)
        for family in (self.requests, self.transactions, self.replays, self.durations, self._costs_family):
            family.refresh()
        self._text.parts[self._sequence] = b"%d" % sequence
        self._text.parts[self._clock] = b"%d.%03d" % divmod(now_ms, 1000)
        return self._text.rendered()

    def _counters(self, name: str, meaning: str, labels: Iterable[str]) -> CounterFamily:
        created = f"{self._born_ms // 1000}.{self._born_ms % 1000:03d}"
        return CounterFamily(self._text, name, meaning, labels, created)

    def _request_labels(self) -> Iterable[str]:
        for traffic in TRAFFICS:
            for outcome in OUTCOMES:
                for place in self._shape.places:
                    yield (
                        f'product="{place.product}",step="{place.step}",data_center="{self._data_center}",'
                        f'dcn="{place.dcn}",outcome="{outcome}",traffic="{traffic}"'
                    )

    def _transaction_labels(self) -> Iterable[str]:
        for traffic in TRAFFICS:
            for product, dcn in self._shape.pairs:
                yield f'product="{product}",data_center="{self._data_center}",dcn="{dcn}",traffic="{traffic}"'

    def _costs(self, estate: Estate) -> list[int]:
        """Declares the cost counters; returns this data center's fen per year of each."""
        rows = [(category, product) for product in estate.products for category in COST_CATEGORIES]
        labels = (f'category="{category}",product="{product.id}"' for category, product in rows)
        self._costs_family = self._counters("lending_it_cost_fen", "IT cost of this data center in fen", labels)
        return [estate.part(product.it_cost_fen_per_year[category], self._data_center) for category, product in rows]

    def _gauges(self, estate: Estate) -> None:
        self._declare("lending_accounts", "Accounts kept in this data center")
        for product in estate.products:
            for state in ACCOUNT_STATES if product.accounts else ():
                accounts = estate.part(product.accounts[state], self._data_center)
                self._text.line(f'lending_accounts{{product="{product.id}",state="{state}"}} {accounts}')
        self._declare("lending_bad_loan_ratio", "Share of what is lent that is overdue beyond 90 days")
        for product in estate.products:
            if product.bad_loan_ratio is not None:
                self._text.line(f'lending_bad_loan_ratio{{product="{product.id}"}} {product.bad_loan_ratio}')

    def _gauge(self, name: str, meaning: str, labels: str, value: bytes) -> int:
        self._declare(name, meaning)
        return self._text.value(name + labels, value)

    def _declare(self, name: str, meaning: str) -> None:
        self._text.line(f"# HELP {name} {meaning}")
        self._text.line(f"# TYPE {name} gauge")


def _histogram_lines(text: Text, name: str, labels: str, created: str) -> tuple[list[int], int, int]:
    """Writes one histogram; returns where its buckets, its count and its sum are kept."""
    bounds = [repr(bound / 1000) for bound in BUCKET_BOUNDS_MS] + ["+Inf"]
    buckets = [text.value(f'{name}_bucket{{{labels},le="{bound}"}}') for bound in bounds]
    count = text.value(f"{name}_count{{{labels}}}")
    total = text.value(f"{name}_sum{{{labels}}}", b"0.000")
    text.line(f"{name}_created{{{labels}}} {created}")
    return buckets, count, total
