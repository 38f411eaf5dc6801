"""Values of a report of peaks as people read them, in one language and one time zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from reports.paper.model import Column, Kind
from reports.peaks.model import Json, PeakReport
from reports.words import Words
from slo.formatting import percent, truncated

DOUBTS = ("provisional", "incomplete", "simulated")


@dataclass(frozen=True, slots=True)
class Texts:
    """Words, names and times of one report."""

    words: Words
    report: PeakReport

    def columns(self, *kinds: tuple[str, Kind]) -> tuple[Column, ...]:
        """Columns whose headings are the words "peaks.column.KEY"."""
        return tuple(Column(key, self.words(f"peaks.column.{key}"), kind) for key, kind in kinds)

    def instant(self, text: str | None) -> str | None:
        """Local date and time of an RFC 3339 text."""
        if text is None:
            return None
        return f"{datetime.fromisoformat(text).astimezone(ZoneInfo(self.report.period.time_zone)):%Y-%m-%d %H:%M:%S}"

    def subtitle(self) -> str:
        """The product and the period."""
        period = self.report.period
        zone = ZoneInfo(period.time_zone)
        first = datetime.fromisoformat(period.from_).astimezone(zone)
        last = datetime.fromisoformat(period.to).astimezone(zone) - timedelta(seconds=1)
        named = self.words("period.range", first=f"{first:%Y-%m-%d}", last=f"{last:%Y-%m-%d}")
        product = self.report.names.get(self.words.language.id) or self.report.product
        return f"{product} {named}" if product else named

    def count(self, number: int | None) -> str:
        """With separators of thousands, or the word for unknown."""
        return self.words("unknown") if number is None else f"{number:,}"

    def share(self, text: str | None) -> str:
        """A share in per cent with one decimal, or the word for unknown."""
        return self.words("unknown") if text is None else f"{truncated(Fraction(text) * 100, 1)} %"

    def rate(self, peak: Json | None) -> str:
        """Transactions per second of a busiest slice."""
        return self.words("unknown") if peak is None else self.words("peaks.per_second", rate=f"{peak['per_second']:,}")

    def at(self, peak: Json | None) -> str:
        """When it was."""
        return "" if peak is None else self.instant(peak["at"]) or ""

    def kinds(self, day: Json) -> str:
        """Kinds of a day."""
        language = self.words.language.id
        return self.words("list.comma").join(kind["name"].get(language) or kind["id"] for kind in day["kinds"])

    def doubts(self, day: Json) -> str:
        """What speaks against a day's figures."""
        found = (self.words(f"peaks.{name}") for name in DOUBTS if day.get(name))
        return self.words("list.comma").join(found)

    def day_note(self, day: Json | None) -> str:
        """Date, kinds and doubts of a record."""
        if day is None:
            return self.words("peaks.no_record")
        return self.words("list.comma").join(filter(None, (day["day"], self.kinds(day), self.doubts(day))))

    def why(self, code: str) -> str:
        """Why a figure of the capacity is not known."""
        capacity = self.report.capacity
        standing = self.words(f"peaks.standing.{capacity['state']}")
        return self.words(f"peaks.why.{code}", seconds=capacity["held_seconds"], standing=standing)

    def proof(self) -> str:
        """How the proven capacity stands, and until when."""
        capacity = self.report.capacity
        standing = self.words(f"peaks.standing.{capacity['state']}")
        until = self.instant(capacity["expires_at"])
        return standing if until is None else self.words("peaks.until", standing=standing, day=until[:10])

    def horizon(self) -> str:
        """How far the forecast of the peak reaches, and what it was worth."""
        found = self.report.capacity["forecast"]
        if found is None:
            return ""
        achieved = self.share(found["achieved_coverage"])
        return self.words("peaks.horizon", days=found["horizon_days"], achieved=achieved, checked=found["days_checked"])

    def ending(self, name: str) -> str:
        """The day on which capacity runs out, or that it does not, or that nobody knows."""
        capacity = self.report.capacity
        return capacity[f"{name}_on"] or self.words(f"peaks.{capacity[name]}")

    def ending_lost(self) -> str:
        """The same with one data center lost."""
        return self.words("peaks.runs_out_lost", day=self.ending("runs_out_n_1"))

    def models(self) -> Iterator[str]:
        """The chosen model of each forecast, and what a back-test says of it."""
        daily, peak = self.report.forecast["daily"], self.report.forecast["peak"]
        if daily is not None:
            yield self.words(
                "peaks.model",
                model=daily["model"],
                wape=self._exact(daily["wape"]),
                naive=self._exact(daily["naive_wape"]),
                nominal=self._exact(daily["nominal_coverage"]),
                achieved=self._exact(daily["achieved_coverage"]),
                checked=daily["days_checked"],
            )
        if peak is not None:
            yield self.words(
                "peaks.peak_model",
                p95=f"{peak['p95_per_second']:,}",
                highest=f"{peak['highest_28d_per_second']:,}",
                ratio=peak["ratio_p95"],
                days=peak["horizon_days"],
                nominal=self._exact(peak["nominal_coverage"]),
                achieved=self._exact(peak["achieved_coverage"]),
                checked=peak["days_checked"],
            )
            yield from self._said_in_advance(peak)

    def _said_in_advance(self, peak: Json) -> Iterator[str]:
        """How much of the coverage, and of the forecast, rests on what was said in advance (docs/peaks.md)."""
        if peak.get("days_covered_by_prior"):
            yield self.words("peaks.by_prior", count=peak["days_covered_by_prior"], checked=peak["days_checked"])
        prior = peak.get("prior")
        if prior is not None:
            yield self.words("peaks.prior", kind=prior["kind"], factor=prior["factor"], source=prior["source"])

    def _exact(self, text: str | None) -> str:
        return self.words("unknown") if text is None else f"{percent(Fraction(text), 2)} %"
