"""Values of a cost report as people read them, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from reports.costs.model import CostReport, Figure
from reports.costs.told import told, told_method
from reports.paper.model import Column, Kind, Tone
from reports.words import Words
from slo.formatting import truncated

VERDICT_TONES = {"met": Tone.GOOD, "missed": Tone.BAD, "not proven": Tone.UNKNOWN}
SHOWN_PLACES = 4
FEN = 100
MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class Texts:
    """Words, names and amounts of one report."""

    words: Words
    report: CostReport

    def name(self, id_: str, names: Mapping[str, str]) -> str:
        """In this language; the word for what no product or data center has, when the id is empty."""
        if not id_:
            return self.words("costs.nobody")
        return names.get(self.words.language.id) or id_

    def category(self, id_: str) -> str:
        """Name of a category of the month; its id when the month has none of it."""
        return next((self.name(each.id, each.names) for each in self.report.categories if each.id == id_), id_)

    def product(self, id_: str) -> str:
        """Name of a product of the month."""
        return next((self.name(each.id, each.names) for each in self.report.products if each.id == id_), id_)

    def cny(self, text: str | None) -> str | None:
        """CNY per account with four places."""
        return None if text is None else truncated(Fraction(text), SHOWN_PLACES)

    def amount(self, fen: int | None) -> str | None:
        """Fen as CNY: "-1234.05"."""
        if fen is None:
            return None
        return f"{'-' if fen < 0 else ''}{abs(fen) // FEN}.{abs(fen) % FEN:02d}"

    def figure(self, figure: Figure) -> str:
        """Its value, or the word for unknown."""
        return self.words("unknown") if figure.cny is None else f"{self.cny(figure.cny)}"

    def reasons(self, reasons: tuple[str, ...]) -> str:
        """Why something is not known; rules and sentences in words, the rest as it is said."""
        each = [one for reason in reasons for one in reason.split("; ")]
        shown = self.words("list.comma").join(map(self._reason, each[:MOST_REASONS]))
        return shown + ("…" if len(each) > MOST_REASONS else "")

    def method(self, method: str) -> str:
        """How a driver divides."""
        sentence = told_method(method)
        return method if sentence is None else self.words(f"costs.told.{sentence.kind}", **sentence.values)

    def _reason(self, reason: str) -> str:
        if sentence := told(reason):
            return self.words(f"costs.told.{sentence.kind}", **sentence.values)
        rule, _, count = reason.partition(":")
        key = f"costs.why.{rule}"
        return self.words(key, count=count) if key in self.words.messages else reason

    def definition(self, figure: Figure) -> str:
        """What was divided by what, over which days."""
        return self.words(
            "costs.definition",
            basis=self.words(f"costs.basis.{figure.basis}"),
            of=self.words(f"costs.of.{figure.of}"),
            first=figure.first,
            after=figure.after,
        )

    def note(self, figure: Figure) -> str:
        """Below a figure: its counts, or why there is none."""
        if figure.cny is None:
            return self.reasons(figure.reasons)
        return self.words(
            "costs.counts",
            cost=f"{(figure.fen or 0) // FEN:,}",
            count=f"{figure.count or 0:,}",
            of=self.words(f"costs.of.{figure.of}"),
        )

    def verdict(self) -> str:
        """met, missed or not proven."""
        return self.words(f"verdict.{self.report.goal.verdict.replace(' ', '_')}")

    def period(self) -> str:
        """The month in words."""
        year, month = self.report.period.key.split("-")
        return self.words("period.month", year=year, month=int(month), name=self.words(f"month.{int(month)}"))

    def instant(self, text: str) -> str:
        """Local date and time of an RFC 3339 text."""
        zone = ZoneInfo(self.report.period.time_zone)
        return f"{datetime.fromisoformat(text).astimezone(zone):%Y-%m-%d %H:%M:%S}"

    def columns(self, *given: tuple[str, Kind]) -> tuple[Column, ...]:
        """Columns with their headings."""
        return tuple(Column(key, self.words(f"costs.column.{key}"), kind) for key, kind in given)
