"""From notices to deliveries: which channel is told what. Pure; whoever evaluates writes the documents in the same
change as the transitions, so that no alert is stored without its messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from alerts.desk.notice import Notice
from alerts.model import AlertState
from alerts.notify.delivery import KIND, Delivery
from alerts.notify.news import News
from alerts.notify.outlet import Outlet
from store.journal import JournalReader


def stored_in(journal: JournalReader) -> Callable[[str], bool]:
    """What ``Planner.deliveries`` asks: whether a delivery of this id is in the ledger already."""
    return lambda id: journal.document(KIND, id) is not None


@dataclass(frozen=True, slots=True)
class Planner:
    """``automation_rules``: tiers of the policy that tell the automation hook. ``runbooks``: SLO id -> address."""

    outlets: Sequence[Outlet]
    automation_rules: frozenset[str] = frozenset()
    runbooks: Mapping[str, str] = field(default_factory=dict)

    def deliveries(
        self,
        notices: Iterable[Notice],
        now_ms: int,
        *,
        incident_of: Callable[[Notice], str] = lambda _: "",
        known: Callable[[str], bool] = lambda _: False,
    ) -> list[Delivery]:
        """New deliveries, each once. ``incident_of``: id of a notice's incident; ``known``: whether a delivery of this
        id is stored (ask the journal), so that an action is taken once per failure."""
        planned: dict[str, Delivery] = {}
        for notice in notices:
            news = News(notice, incident_of(notice), self._runbook(notice))
            for delivery in self._of(news, now_ms):
                if delivery.id not in planned and not known(delivery.id):
                    planned[delivery.id] = delivery
        return list(planned.values())

    def _of(self, news: News, now_ms: int) -> Iterator[Delivery]:
        for outlet in self.outlets:
            if not outlet.wants.takes(news.notice):
                continue
            id = self._action_id(outlet, news.notice) if outlet.automation else f"{outlet.name}/{news.notice.id}"
            if id:
                drains = news.notice.radius.data_center if outlet.automation else ""
                yield Delivery(id, outlet.name, news, now_ms, next_attempt_ms=now_ms, drains=drains)

    def _action_id(self, outlet: Outlet, notice: Notice) -> str:
        """One action per data center and page, whatever joins the page later. Empty: nothing to do, because no tier
        that asks for it fires, because the failure is wider than one data center, or because it is already over."""
        place = notice.radius.data_center
        if not place or not notice.group or notice.replayed or not self._asked(notice):
            return ""
        return f"{outlet.name}/{place}/{notice.group}"

    def _asked(self, notice: Notice) -> bool:
        return any(
            member.state is AlertState.FIRING and member.key.rule in self.automation_rules for member in notice.members
        )

    def _runbook(self, notice: Notice) -> str:
        return next((self.runbooks[m.key.slo] for m in notice.members if m.key.slo in self.runbooks), "")
