"""Half-open windows of time in one time zone (Asia/Shanghai unless configured), as epoch seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

SHANGHAI = "Asia/Shanghai"
MINUTE_S = 60
HOUR_S = 3600
DAY_S = 86400


@dataclass(frozen=True, slots=True)
class Window:
    """``[from_s, to_s)`` in seconds since the epoch."""

    from_s: int
    to_s: int


@dataclass(frozen=True, slots=True)
class Pieces:
    """A window cut into the coarsest whole slices: windows per level, each possibly empty, none overlapping."""

    days: tuple[Window, ...]
    hours: tuple[Window, ...]
    minutes: tuple[Window, ...]
    slots: tuple[Window, ...]


def day_start(at_s: int, zone: str = SHANGHAI) -> int:
    """Midnight that begins the local day of an instant, in epoch seconds."""
    raise NotImplementedError


def day_of(at_s: int, zone: str = SHANGHAI) -> date:
    """Local calendar date of an instant."""
    raise NotImplementedError


def day_window(day: date, zone: str = SHANGHAI) -> Window:
    """One local day."""
    raise NotImplementedError


def month_window(year: int, month: int, zone: str = SHANGHAI) -> Window:
    """One local calendar month."""
    raise NotImplementedError


def quarter_window(year: int, quarter: int, zone: str = SHANGHAI) -> Window:
    """One local calendar quarter (1 to 4)."""
    raise NotImplementedError


def year_window(year: int, zone: str = SHANGHAI) -> Window:
    """One local calendar year."""
    raise NotImplementedError


def closed_months(at_s: int, months: int, zone: str = SHANGHAI) -> Window:
    """The last ``months`` whole calendar months before the month of an instant."""
    raise NotImplementedError


def rolling(at_s: int, seconds: int) -> Window:
    """The ``seconds`` before an instant."""
    raise NotImplementedError


def pieces(window: Window, zone: str = SHANGHAI) -> Pieces:
    """Cuts a window into whole local days, then whole hours, minutes and seconds at its edges."""
    raise NotImplementedError
