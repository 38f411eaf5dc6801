"""What the store takes and hands out: plain frozen values, the same for every twin.

Times end in ``_ms`` (milliseconds since the epoch, UTC) or ``_s`` (seconds since the epoch, start of a half-open
slice). Days begin at midnight of the store's time zone (Asia/Shanghai unless configured).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from slo.counts import Counts
from slo.outcomes import Kind
from store.latency_records import LatencyBatch

CUSTOMER = "customer"
"""The traffic that objectives speak of; anything else (``load_test``) is kept apart."""


class Scope(enum.IntEnum):
    """Which dimensions of a unit are filled; the others are the empty string."""

    BANK = 0
    PRODUCT = 1  # product
    CELL = 2  # product, data_center
    DCN = 3  # product, data_center, dcn
    STEP = 4  # product, data_center, step, outcome


class Level(enum.IntEnum):
    """Length of the slices of a rollup. A slot is one second, whatever the collection interval."""

    SLOT = 0
    MINUTE = 1
    HOUR = 2
    DAY = 3


class Unit(NamedTuple):
    """What counts belong to. Every unit also carries its traffic."""

    scope: Scope
    product: str = ""
    data_center: str = ""
    dcn: str = ""
    step: str = ""
    outcome: str = ""
    traffic: str = CUSTOMER


class Events(NamedTuple):
    """Leaf increment of requests; the store adds it to every scope above."""

    slot_s: int
    product: str
    data_center: str
    dcn: str
    step: str
    outcome: str
    traffic: str
    kind: Kind
    events: int


class Transactions(NamedTuple):
    """Leaf increment of transactions (counted once by idempotency key); has no step and no outcome."""

    slot_s: int
    product: str
    data_center: str
    dcn: str
    traffic: str
    transactions: int


class Cost(NamedTuple):
    """IT cost that accrued, in fen (1/100 CNY), on the day that holds ``at_s``."""

    at_s: int
    category: str
    product: str
    data_center: str
    fen: int


class Accounts(NamedTuple):
    """Accounts in one state as last seen on the day that holds ``at_s``."""

    at_s: int
    product: str
    state: str
    data_center: str
    accounts: int


class Gauge(NamedTuple):
    """Latest value of any other gauge, as text so that nothing is rounded on the way."""

    source: str
    name: str
    labels: str
    at_ms: int
    value: str


@dataclass(frozen=True, slots=True)
class Source:
    """One target that one collector reads: its identity and its interval."""

    id: str
    kind: str  # exposition | prometheus | simulated
    data_center: str
    interval_ms: int


@dataclass(frozen=True, slots=True)
class Read:
    """One attempt to look: collected, or failed with the reason. ``at_ms`` is the scheduled time of the attempt."""

    at_ms: int
    collected: bool
    reason: str = ""
    duration_ms: int = 0
    samples: int = 0
    resets: int = 0
    unknown_births: int = 0


@dataclass(frozen=True, slots=True)
class Gap:
    """Time of a source without an accepted page. ``exact``: a later sample of the same counters closed it, so that
    nothing is missing from the counts; otherwise what happened after the last page of the old process is lost."""

    source: str
    from_ms: int
    to_ms: int
    exact: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Incarnation:
    """One life of a watched process. Marks are the target's own sequence numbers (None when it has none):
    events up to ``first_mark`` were before we looked (None: counted from the birth of the process), events after
    ``last_mark`` were not observed (yet)."""

    source: str
    born_ms: int
    first_mark: int | None
    last_mark: int | None
    first_read_ms: int
    last_read_ms: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What one source learned since its last commit: committed whole or not at all.

    ``replaces_series``: ``new_series`` are all that is left; those that were stored before are forgotten.
    ``expected_version`` is the version that ``resume`` or the last commit gave: a second writer that lost the race
    gets StaleWriter and must resume. ``state`` and ``new_series`` are opaque to the store: the collector's memory of
    each series' last value, in the order in which the series were first seen. ``token`` is that of the writer's
    lease (``store.leases``), of the source's own unless ``lease`` names another: a writer whose lease has gone gets
    LeaseLost. None writes without a lease.
    """

    source: str
    expected_version: int
    reads: tuple[Read, ...]
    watermark_ms: int | None = None
    events: tuple[Events, ...] = ()
    transactions: tuple[Transactions, ...] = ()
    costs: tuple[Cost, ...] = ()
    accounts: tuple[Accounts, ...] = ()
    gauges: tuple[Gauge, ...] = ()
    gaps: tuple[Gap, ...] = ()
    incarnations: tuple[Incarnation, ...] = ()
    replaces_series: bool = False
    new_series: tuple[str, ...] = ()
    state: bytes | None = None
    token: int | None = None
    lease: str = ""
    latency: LatencyBatch | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    """Where a collector goes on: everything a source's last commit left."""

    version: int
    watermark_ms: int | None
    series: tuple[str, ...]
    state: bytes | None
    incarnation: Incarnation | None
    latency: bytes | None = None


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How a source is doing. ``watermark_ms``: last accepted page; ``last_read``: last attempt, good or bad;
    ``first_page_ms``: counts begin there (0: an older store did not write it down)."""

    source: Source
    registered_ms: int
    version: int
    watermark_ms: int | None
    last_read: Read | None
    first_page_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time whose counts were not observed but simulated."""

    from_s: int
    to_s: int


class DayPeak(NamedTuple):
    """A busiest minute or second of a day that is told, not sought: the greatest of its day stays."""

    at_s: int
    unit: Unit
    transactions: int


@dataclass(frozen=True, slots=True)
class HistoryChunk:
    """Simulated counts of one stretch: added once (the span is the key), then marked for ever. Peaks are told where
    the counts are too coarse to seek them."""

    span: Span
    counts: Mapping[tuple[Level, int, Unit], Counts]
    costs: tuple[Cost, ...] = ()
    accounts: tuple[Accounts, ...] = ()
    peak_minutes: tuple[DayPeak, ...] = ()
    peak_seconds: tuple[DayPeak, ...] = ()


@dataclass(frozen=True, slots=True)
class DayTotal:
    """Transactions of one day."""

    day_s: int
    transactions: int
    simulated: bool


@dataclass(frozen=True, slots=True)
class CostTotal:
    """Cost of one day, summed as asked."""

    day_s: int
    category: str
    product: str
    fen: int


@dataclass(frozen=True, slots=True)
class CostSum:
    """Cost of a range of days. ``days``: on how many of them some of it accrued."""

    category: str
    product: str
    data_center: str
    fen: int
    days: int


@dataclass(frozen=True, slots=True)
class AccountTotal:
    """Accounts of one day, summed over data centers."""

    day_s: int
    product: str
    state: str
    accounts: int


@dataclass(frozen=True, slots=True)
class Retention:
    """How long each level is kept, in seconds; None keeps it for ever."""

    seconds: Mapping[Level, int | None] = field(
        default_factory=lambda: {
            Level.SLOT: 2 * 3600,
            Level.MINUTE: 35 * 86400,
            Level.HOUR: 400 * 86400,
            Level.DAY: None,
        }
    )
    reads_seconds: int = 2 * 86400
    journal_seconds: int | None = 400 * 86400
