"""News as a message for people: what, where, since when, how bad, who has it, where to read on.

Pure. Words come from the catalogs, names from the catalog of products, figures are truncated and never rounded up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from urllib.parse import quote
from zoneinfo import ZoneInfo

from alerts.desk.notice import Member, Notice, NoticeState
from alerts.model import Level, Subject
from alerts.notify.message import Message
from alerts.notify.news import News
from alerts.notify.wording import Wording
from slo.catalog import Catalog
from slo.formatting import percent, truncated
from slo.texts import in_one_line

MEMBERS_LISTED = 5
PLACES_LISTED = 6
NEWS_LISTED = 20
_COMPOSITE = "composite-"
_BUDGET = "budget"
_MINUTE_MS = 60_000
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Renderer:
    """Writes messages in one language. ``base_url``: of the dashboard, without a slash at its end; empty: no links."""

    words: Wording
    catalog: Catalog
    base_url: str = ""

    def message(self, id: str, news: Sequence[News], now_ms: int) -> Message:
        """One message of one piece of news, or of several that are summed up (newest last; worst told first)."""
        told = sorted(news, key=lambda each: (-each.notice.severity, each.notice.at_ms))
        severity = told[0].notice.severity
        if len(told) == 1:
            title, body = self._title(told[0]), "\n".join(self._lines(told[0], now_ms))
        else:
            title, body = self._many_title(told), "\n".join(self._many_lines(told, now_ms))
        return Message(id, title, body, severity, now_ms, tuple(news), self._link(told[0]))

    def _title(self, news: News) -> str:
        notice = news.notice
        if news.test:
            return self.words("title.test", state=self.words("state.test"))
        if notice.state is NoticeState.REMINDER:
            return self.words("title.reminder", state=self.words("state.reminder"))
        title = self.words("title.one", **self._head(notice))
        return self.words("title.replayed", title=title) if notice.replayed else title

    def _many_title(self, told: Sequence[News]) -> str:
        return self.words("title.many", count=len(told), **self._head(told[0].notice))

    def _head(self, notice: Notice) -> dict[str, str]:
        return {
            "state": self.words(f"state.{notice.state.value}"),
            "severity": self.words(f"severity.{notice.severity.name.lower()}"),
            "where": self._reach(notice),
            "what": self._what(notice),
        }

    def _reach(self, notice: Notice) -> str:
        """How far it reaches; what is new of it first."""
        where = self.where(notice.radius)
        if not notice.also or notice.also == (notice.radius,):
            return where
        named = self.words("where.list").join(self.where(place) for place in notice.also[:PLACES_LISTED])
        more = len(notice.also) - PLACES_LISTED
        also = self.words("where.more", places=named, count=more) if more > 0 else named
        return self.words("where.also", also=also, where=where)

    def _what(self, notice: Notice) -> str:
        return self.rule(notice.members[0].key.rule) if notice.members else self.words(f"state.{notice.state.value}")

    def rule(self, rule: str) -> str:
        """A rule in words, a composite's like its tier and every step of a budget like the budget; one that no catalog
        knows by its own name."""
        plain = rule.removeprefix(_COMPOSITE)
        key = _BUDGET if plain.startswith(f"{_BUDGET}-") else plain
        return self.words.or_else(f"rule.{key}", in_one_line(rule))

    def where(self, subject: Subject) -> str:
        """A subject in words: product, data center and DCN by the names of the catalog."""
        if subject.level is Level.BANK:
            return self.words("where.bank")
        if subject.level in (Level.SOURCE, Level.PROBE, Level.PIPELINE):
            return self.words(f"where.{subject.level.value}", name=in_one_line(subject.other))
        parts = (self._product(subject.product), self._data_center(subject.data_center), subject.dcn)
        return self.words("where.join").join(in_one_line(part) for part in parts if part)

    def _product(self, id: str) -> str:
        names = next((each.names for each in self.catalog.products if each.id == id), {})
        return names.get(self.words.language, id)

    def _data_center(self, id: str) -> str:
        names = next((each.names for each in self.catalog.data_centers if each.id == id), {})
        return names.get(self.words.language, id)

    def _lines(self, news: News, now_ms: int) -> Iterator[str]:
        notice = news.notice
        if news.test:
            yield self.words("body.test", at=self.moment(now_ms))
            return
        if notice.state is NoticeState.REMINDER:
            ends_ms = notice.at_ms if notice.over_ms is None else notice.over_ms
            yield self.words("body.reminder", silence=in_one_line(notice.silence), at=self.moment(ends_ms))
            return
        yield self.words("body.what", what=self._what(notice))
        yield self.words("body.where", where=self._reach(notice))
        yield self._when(notice, now_ms)
        yield from self._how_bad(notice)
        yield from self._people(news)
        yield from self._members(notice)
        yield from self._more(news)

    def _when(self, notice: Notice, now_ms: int) -> str:
        down_ms = notice.was_down_ms
        if down_ms is None or notice.over_ms is None:
            lasted = self.duration(max(0, now_ms - notice.since_ms))
            return self.words("body.since", at=self.moment(notice.since_ms), duration=lasted)
        at, until = self.moment(notice.since_ms), self.moment(notice.over_ms)
        return self.words("body.was_down", duration=self.duration(down_ms), at=at, until=until)

    def _how_bad(self, notice: Notice) -> Iterator[str]:
        if not notice.members:
            return
        evidence = notice.members[0].evidence
        counts = evidence.long
        if counts.total:
            share = percent(Fraction(counts.good, counts.total))
            yield self.words("body.bad", bad=f"{counts.bad:,}", total=f"{counts.total:,}", share=share)
        if evidence.budget_spent:
            yield self.words("body.budget", share=truncated(Fraction(evidence.budget_spent) * 100, 2))
        yield from (in_one_line(f"{name}: {value}") for name, value in evidence.values)

    def _people(self, news: News) -> Iterator[str]:
        notice = news.notice
        if notice.state is NoticeState.ESCALATED:
            yield self.words("body.step", step=notice.step)
        if news.owner:
            yield self.words("body.owner", owner=in_one_line(news.owner))
        elif not news.ended:
            yield self.words("body.nobody")
        if notice.replayed:
            yield self.words("body.replayed")
        if news.note:
            yield self.words("body.note", note=in_one_line(news.note))

    def _members(self, notice: Notice) -> Iterator[str]:
        total = max(notice.total, len(notice.members))
        if total <= 1:
            return
        yield self.words("body.members", firing=notice.firing, total=total)
        for member in notice.members[:MEMBERS_LISTED]:
            yield self.member(member)
        if total > MEMBERS_LISTED:
            yield self.words("body.more", count=total - min(MEMBERS_LISTED, len(notice.members)))

    def member(self, member: Member) -> str:
        """One alert of a group in one line."""
        return self.words("body.member", where=self.where(member.key.subject), what=self.rule(member.key.rule))

    def _more(self, news: News) -> Iterator[str]:
        if link := self._link(news):
            yield self.words("body.link", link=link)
        if news.runbook:
            yield self.words("body.runbook", runbook=in_one_line(news.runbook))

    def _link(self, news: News) -> str:
        if not self.base_url:
            return ""
        place = f"incidents/{quote(news.incident, safe='')}" if news.incident else "alerts"
        return f"{self.base_url}/{place}"

    def _many_lines(self, told: Sequence[News], now_ms: int) -> Iterator[str]:
        yield self.words("body.summed", count=len(told))
        for news in told[:NEWS_LISTED]:
            notice = news.notice
            yield f"- {self._title(news)}"
            if not news.test and notice.state is not NoticeState.REMINDER:
                yield f"  {self._when(notice, now_ms)}"
        if len(told) > NEWS_LISTED:
            yield self.words("body.more", count=len(told) - NEWS_LISTED)
        if self.base_url:
            yield self.words("body.link", link=f"{self.base_url}/alerts")

    def moment(self, at_ms: int) -> str:
        """An instant in the catalog's zone, to the second, with the zone's name."""
        local = datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(ZoneInfo(self.catalog.zone))
        return f"{local:%Y-%m-%d %H:%M:%S} {self.catalog.zone}"

    def duration(self, ms: int) -> str:
        """Truncated: 2,460 ms -> "2.4 s"; from a minute on in minutes and seconds, from an hour on without seconds."""
        if ms < _MINUTE_MS:
            return self.words("duration.tenths", seconds=truncated(Fraction(ms, 1000), 1))
        if ms < _HOUR_MS:
            return self.words("duration.minutes", minutes=ms // _MINUTE_MS, seconds=ms % _MINUTE_MS // 1000)
        return self.words("duration.hours", hours=ms // _HOUR_MS, minutes=ms % _HOUR_MS // _MINUTE_MS)
