"""What a file of history says, row by row, before anything is added up.

Instants are seconds since the epoch (UTC) as exact fractions; windows are half-open.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from fractions import Fraction

ONE = Fraction(1)
ZERO = Fraction(0)
PARTIAL_WEIGHT = Fraction(3, 10)
"""What a partial outage counts unless asked otherwise: the weight that status pages use."""


class Severity(enum.Enum):
    """How much of a service failed, in the words of status pages."""

    NONE = "none"
    PARTIAL = "partial"
    MAJOR = "major"


@dataclass(frozen=True, slots=True)
class Weighing:
    """How impact becomes downtime. ``partial``: weight of a partial outage, 0 to 1. ``measured``: a share that the
    file gives counts as it is; otherwise every impact between nothing and all counts as partial."""

    partial: Fraction = PARTIAL_WEIGHT
    measured: bool = True


@dataclass(frozen=True, slots=True)
class Impact:
    """``share``: part of the service that failed (0 to 1), when the file measured it."""

    severity: Severity
    share: Fraction | None = None

    def weight(self, weighing: Weighing) -> Fraction:
        """Seconds of downtime per second of impact: 0 to 1."""
        if self.share is not None and weighing.measured:
            return self.share
        return {Severity.NONE: ZERO, Severity.PARTIAL: weighing.partial, Severity.MAJOR: ONE}[self.severity]


MAJOR = Impact(Severity.MAJOR)


@dataclass(frozen=True, slots=True)
class Outage:
    """One incident, with its begin and end."""

    row: int
    service: str
    from_s: Fraction
    to_s: Fraction
    impact: Impact = MAJOR
    title: str = ""


@dataclass(frozen=True, slots=True)
class PeriodOutage:
    """Seconds of outage somewhere inside a period (mostly a day); when exactly is not known."""

    row: int
    service: str
    from_s: int
    to_s: int
    partial_seconds: Fraction
    major_seconds: Fraction


@dataclass(frozen=True, slots=True)
class Counted:
    """Events of a period."""

    row: int
    service: str
    data_center: str
    from_s: int
    to_s: int
    good: int
    bad: int


@dataclass(frozen=True, slots=True)
class Watch:
    """A stretch in which a service was watched, when the file knows it."""

    service: str
    from_s: Fraction
    to_s: Fraction


@dataclass(frozen=True, slots=True)
class Records:
    """Everything that was kept of one or several files. ``sparse``: services whose days are listed only when there was
    an outage; ``unknown``: periods whose row was not kept, of which nothing may be assumed."""

    outages: tuple[Outage, ...] = ()
    periods: tuple[PeriodOutage, ...] = ()
    counts: tuple[Counted, ...] = ()
    watches: tuple[Watch, ...] = ()
    sparse: frozenset[str] = frozenset()
    unknown: tuple[Watch, ...] = ()

    def __add__(self, other: Records) -> Records:
        """Both together."""
        return Records(
            self.outages + other.outages,
            self.periods + other.periods,
            self.counts + other.counts,
            self.watches + other.watches,
            self.sparse | other.sparse,
            self.unknown + other.unknown,
        )

    @property
    def services(self) -> tuple[str, ...]:
        """Names of all services, sorted."""
        names = {each.service for each in self.outages} | {each.service for each in self.periods}
        return tuple(sorted(names | {each.service for each in self.counts} | {each.service for each in self.watches}))

    def of(self, service: str) -> Records:
        """The records of one service."""
        return Records(
            tuple(each for each in self.outages if each.service == service),
            tuple(each for each in self.periods if each.service == service),
            tuple(each for each in self.counts if each.service == service),
            tuple(each for each in self.watches if each.service == service),
            self.sparse & {service},
            tuple(each for each in self.unknown if each.service == service),
        )

    def __len__(self) -> int:
        return len(self.outages) + len(self.periods) + len(self.counts)


@dataclass(frozen=True, slots=True)
class Defect:
    """What is wrong with a row (0: the file as a whole). ``kept``: the row counts all the same, as the text says."""

    row: int
    column: str
    rule: str
    text: str
    kept: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """One file as it was read. ``rows``: rows of data in it; ``shape``: what a row says; ``ignored``: columns that
    nothing was taken from."""

    name: str
    kind: str
    shape: str
    rows: int
    records: Records
    defects: tuple[Defect, ...]
    ignored: tuple[str, ...] = ()

    @property
    def rejected(self) -> int:
        """Rows that were not kept."""
        return len({each.row for each in self.defects if not each.kept and each.row})


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader must be told. ``epoch_s``: begin of relative seconds; ``until_s``: end of what the file covers,
    for incidents that have none; ``product``: every row belongs to it, whatever the file calls it; ``any_year``: a
    person named the moment, so that none stands for "never"."""

    zone: str
    now_s: int
    epoch_s: Fraction | None = None
    until_s: Fraction | None = None
    unit: str = ""
    product: str = ""
    any_year: bool = False
