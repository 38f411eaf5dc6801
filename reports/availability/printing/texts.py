"""Values as people read them, in one language and one time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from reports.availability.model import Availability, Report
from reports.paper.model import Tone
from reports.words import Words

VERDICT_TONES = {"met": Tone.GOOD, "missed": Tone.BAD, "not proven": Tone.UNKNOWN}
MS_PER_S = 1000


@dataclass(frozen=True, slots=True)
class Texts:
    """Words, names and times of one report."""

    words: Words
    report: Report

    @property
    def language(self) -> str:
        """ "zh" or "en"."""
        return self.words.language.id

    @property
    def zone(self) -> ZoneInfo:
        """The report's own."""
        return ZoneInfo(self.report.period.time_zone)

    def name(self, unit: str) -> str:
        """Of the bank, a product or a data center; an id that has no name is its own."""
        if unit == self.report.bank.id:
            return self.words("unit.bank") if unit == "bank" else self.words("unit.selection")
        if unit == "imported":
            return self.words("unit.imported")
        units = (*self.report.products, *self.report.data_centers)
        return next((each.names.get(self.language, unit) for each in units if each.id == unit), unit)

    def names(self, units: tuple[str, ...]) -> str:
        """Several, or the word for all of them."""
        every = ({each.id for each in self.report.products}, {each.id for each in self.report.data_centers})
        if not units or set(units) in every:
            return self.words("list.all")
        return self.words("list.comma").join(map(self.name, units))

    def title(self, titles: dict[str, str]) -> str:
        """A title in this language, else in any."""
        return titles.get(self.language) or next(iter(titles.values()), "")

    def instant(self, text: str | None) -> str | None:
        """Local date and time of an RFC 3339 text."""
        if text is None:
            return None
        return f"{datetime.fromisoformat(text).astimezone(self.zone):%Y-%m-%d %H:%M:%S}"

    def day(self, text: str) -> str:
        """Local date of an RFC 3339 text."""
        return f"{datetime.fromisoformat(text).astimezone(self.zone):%Y-%m-%d}"

    def verdict(self, verdict: str) -> str:
        """met, missed or not proven."""
        return self.words(f"verdict.{verdict.replace(' ', '_')}")

    def seconds(self, milliseconds: int | None) -> str | None:
        """Seconds with one decimal, truncated."""
        return None if milliseconds is None else f"{milliseconds // MS_PER_S}.{milliseconds % MS_PER_S // 100}"

    def count(self, number: int) -> str:
        """With separators of thousands."""
        return f"{number:,}"

    def share(self, unit: Availability) -> str:
        """Availability with its sign, or the word for unknown."""
        return self.words("unknown") if unit.availability is None else f"{unit.availability} %"

    def period(self) -> str:
        """The period in words."""
        period = self.report.period
        if period.kind == "month":
            year, month = period.key.split("-")
            return self.words("period.month", year=year, month=int(month), name=self.words(f"month.{int(month)}"))
        if period.kind == "quarter":
            year, quarter = period.key.split("-Q")
            return self.words("period.quarter", year=year, quarter=quarter)
        if period.kind == "year":
            return self.words("period.year", year=period.key)
        last = datetime.fromisoformat(period.to).astimezone(self.zone) - timedelta(seconds=1)
        return self.words("period.range", first=self.day(period.from_), last=f"{last:%Y-%m-%d}")
