"""Whatever happens in whatever order: nobody is left in the dark, and nobody is told twice."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.desk.acks import acknowledge
from alerts.desk.desk import Desk
from alerts.desk.notice import Notice, NoticeState
from alerts.desk.silences import SilencePolicy, create
from alerts.model import AlertState, Severity, Transition
from tests.alerts.desk.conftest import POLICY, Room, key_of, transition
from tests.alerts.desk.test_silences import silence

SUBJECTS = ["bank", "p1", "p2", "dc1", "p1/dc1", "p1/dc2", "p2/dc1", "p1/dc1/n1", "p2/dc2/n2", "pipeline:queue"]
RULES = ["cliff", "fast", "medium", "leak", "unknown"]
ALERTS = [f"{rule} {subject}" for rule in RULES for subject in SUBJECTS]

steps = st.lists(
    st.tuples(
        st.integers(0, 40),  # seconds since the last one
        st.lists(st.sampled_from(ALERTS), max_size=6, unique=True),  # these change from firing to over, or back
        st.sampled_from(["", "", "", "restart", "silence", "ack"]),
    ),
    min_size=1,
    max_size=14,
)


class Story:
    """Plays steps on a desk, and remembers what the engine would."""

    def __init__(self) -> None:
        self.room = Room()
        self.firing: set[str] = set()
        self.second = 0
        self.history: list[Notice | Transition] = []

    def play(self, wait_s: int, toggled: Sequence[str], extra: str) -> list[Notice]:
        """One step: the transitions, then what came of them."""
        self.second += wait_s
        self._extra(extra)
        said = [f"{'ends' if each in self.firing else 'fires'} {each}" for each in toggled]
        self.firing ^= set(toggled)
        now_ms = self.room.ms(self.second)
        self.history += [transition(each, now_ms, now_ms) for each in said]
        notices = self.room.tick(self.second, *said)
        self.history += notices
        return notices

    def _extra(self, extra: str) -> None:
        now_s = self.second
        if extra == "restart":
            self.room.restart()
        if extra == "silence":
            made = silence(self.room, "product=p1", from_s=now_s, to_s=now_s + 50, id=f"s{len(self.history)}-{now_s}")
            with self.room.store.reading() as reader:
                if reader.journal().document("silence", made.id):
                    return
            self.room.write(create(made, SilencePolicy(), self.room.ms(now_s)))
        if extra == "ack":
            for each in sorted(self.firing)[:2]:
                self.room.write(acknowledge(key_of(each).id, "wang", "", self.room.ms(now_s)))


def in_the_dark(desk: Desk) -> list[str]:
    """Alerts that ask for somebody, may speak, and whose group told nobody."""
    told = {group.id for group in desk.groups() if group.notices}
    return [
        alert.key.id
        for alert in desk.alerts()
        if alert.audible and alert.severity >= Severity.PAGE and alert.group not in told
    ]


@settings(max_examples=80, deadline=None)
@given(steps)
def test_whoever_must_be_told_is_told_at_once(story: list[tuple[int, list[str], str]]) -> None:
    """Every firing page that is not inhibited, silenced or in a group that was told of has a notice."""
    played = Story()
    for wait_s, toggled, extra in story:
        played.play(wait_s, toggled, extra)
        assert in_the_dark(played.room.desk) == []
        known = {alert.key for alert in played.room.desk.alerts() if alert.firing}
        assert known == {key_of(each) for each in played.firing}


@settings(max_examples=80, deadline=None)
@given(steps)
def test_nothing_quieter_than_what_speaks_stays_unsaid(story: list[tuple[int, list[str], str]]) -> None:
    """The loudest alert that may speak is never louder than the loudest that its group was told of, or has settled."""
    played = Story()
    for wait_s, toggled, extra in story:
        played.play(wait_s, toggled, extra)
        desk = played.room.desk
        for group in desk.groups():
            mine = [alert for alert in desk.alerts() if alert.group == group.id]
            said = max((alert.told_as for alert in mine if alert.told_as is not None), default=-1)
            assert max((alert.severity for alert in mine if alert.audible), default=-1) <= said


@settings(max_examples=80, deadline=None)
@given(steps)
def test_no_page_twice_without_a_reason(story: list[tuple[int, list[str], str]]) -> None:
    """Between two firing notices of one group and severity something ended, rose or was escalated."""
    played = Story()
    for wait_s, toggled, extra in story:
        played.play(wait_s, toggled, extra)
    last: dict[tuple[str, Severity], int] = {}
    for number, each in enumerate(played.history):
        if not isinstance(each, Notice) or each.state is not NoticeState.FIRING:
            continue
        between = played.history[last.get((each.group, each.severity), number) : number]
        assert not between or any(_is_reason(one, each.severity) for one in between[1:])
        last[each.group, each.severity] = number


@settings(max_examples=80, deadline=None)
@given(steps)
def test_every_page_has_its_end(story: list[tuple[int, list[str], str]]) -> None:
    """When all is over, each group that told of a failure told of its end, last, to all who had heard."""
    played = Story()
    for wait_s, toggled, extra in story:
        played.play(wait_s, toggled, extra)
    played.play(1, sorted(played.firing), "")
    played.play(POLICY.settle_ms // 1000, [], "")
    by_group: dict[str, list[Notice]] = {}
    for notice in played.room.notices:
        by_group.setdefault(notice.group, []).append(notice)
    for group, notices in by_group.items():
        if group:
            assert notices[-1].state in (NoticeState.RESOLVED, NoticeState.OVER)
            assert set(notices[-1].roles) >= {role for notice in notices for role in notice.roles}
    assert played.room.desk.groups() == []
    assert len({notice.id for notice in played.room.notices}) == len(played.room.notices)


def _is_reason(one: Notice | Transition, severity: Severity) -> bool:
    if isinstance(one, Transition):
        return one.state is AlertState.RESOLVED or one.severity > severity
    return one.state is NoticeState.ESCALATED or one.severity > severity
