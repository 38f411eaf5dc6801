"""From the first bad event to the signature: what an incident says of itself, and that it survives."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from alerts.incidents import acts
from alerts.incidents.codec import change_of, document_of, incident_of, load_open
from alerts.incidents.errors import IncidentError, MissingActor, NotSplittable, StillBad, UnknownClass, UnreadableBody
from alerts.incidents.facts import Acknowledged, Drained, FoldingRules, Notified
from alerts.incidents.folding import fold
from alerts.incidents.model import Decision, Incident, IncidentState, Moment
from alerts.incidents.timing import timeline, to_acknowledge_ms, to_detect_ms, to_restore_ms
from alerts.model import AlertKey, Severity
from store.journal import Document
from store.memory import MemoryStore
from tests.alerts.incidents.conftest import T0_MS, Story, at, cell, fires, key, product, resolves

RISK = cell("risk", "dc3")
PAGE = Severity.PAGE


def outage(story: Story) -> Story:
    """Cliff and fast fire, one is notified and taken up; the cliff ends at 40, the rest at 340."""
    story.tick(1, fires(RISK, 1), fires(RISK, 1, "fast", PAGE))
    story.tick(2, Notified(at(1.4), (key(RISK),), "webhook"))
    story.tick(20, Acknowledged(at(20), key(RISK), "li.wei", "looking"))
    story.tick(41, resolves(RISK, 41, 36))
    return story.tick(341, resolves(RISK, 341, 36, "fast", PAGE))


def test_the_six_moments_build_themselves(story: Story) -> None:
    """first bad event, detected, notified, acknowledged, mitigated, restored: in order, from data and people."""
    incident = outage(story).only
    told = [line.moment for line in timeline(incident) if line.moment is not Moment.JOINED]
    wanted = ["first_bad", "detected", "notified", "acknowledged", "mitigated", "restored"]
    assert [moment.value for moment in told] == wanted
    assert incident.state is IncidentState.RESTORED
    assert incident.owner == "li.wei"


def test_times_are_taken_from_telemetry(story: Story) -> None:
    """Impact begins with the first bad slice and ends with the last one, not with the alert."""
    incident = outage(story).only
    assert (incident.impact_start_ms, incident.restored_ms) == (at(0.5), at(36))
    assert to_detect_ms(incident) == 800
    assert to_acknowledge_ms(incident) == at(20) - at(1.3)
    assert to_restore_ms(incident) == 35_500


def test_mitigated_when_the_sharpest_tier_ends_while_others_fire(story: Story) -> None:
    """The share of bad events fell below the cliff; the hour's window still remembers."""
    story.tick(1, fires(RISK, 1), fires(RISK, 1, "fast", PAGE)).tick(41, resolves(RISK, 41, 36))
    assert story.only.state is IncidentState.MITIGATED
    assert story.only.mitigated_ms == at(36)
    story.tick(50, fires(RISK, 50))
    assert story.only.state is IncidentState.ONGOING
    assert story.only.happenings[-1].moment is Moment.WORSENED


def test_draining_the_data_center_mitigates(story: Story) -> None:
    """A drained data center serves nobody badly any more; an incident elsewhere is not helped by it."""
    story.tick(1, fires(RISK, 1), fires(cell("weyedai", "dc5"), 1)).tick(4, Drained(at(4), "dc3", "automation"))
    assert {each.areas[0]: each.state.value for each in story.ongoing} == {
        RISK: "mitigated",
        cell("weyedai", "dc5"): "ongoing",
    }


def test_vanished_series_keep_it_open(story: Story) -> None:
    """1,800 s without a word resolve nothing, and nobody can close it by hand."""
    story.tick(1, fires(RISK, 1))
    for second in range(2, 1802, 60):
        story.tick(second)
    assert story.only.state is IncidentState.ONGOING
    with pytest.raises(StillBad, match="1 of its alerts still fire"):
        acts.close(story.only, at(1800), "li.wei")


@pytest.mark.parametrize(("pause_s", "incidents"), [(1, 1), (599, 1), (600, 1), (601, 2)])
def test_what_flaps_is_one_incident(story: Story, pause_s: int, incidents: int) -> None:
    """The same subject within ten minutes of the restoration is the same incident."""
    story.tick(1, fires(RISK, 1)).tick(20, resolves(RISK, 20, 20))
    story.tick(20 + pause_s, fires(RISK, 20 + pause_s))
    assert len(story.all) == incidents
    story.tick(30 + pause_s, resolves(RISK, 30 + pause_s, 30 + pause_s))
    assert story.ongoing == []


def test_a_second_time_by_another_rule_reopens_too(story: Story) -> None:
    """The subject decides, not the tier; the restoration moves, the impact's begin stays."""
    story.tick(1, fires(RISK, 1)).tick(20, resolves(RISK, 20, 20)).tick(60, fires(RISK, 60, "fast", PAGE))
    story.tick(90, resolves(RISK, 90, 85, "fast", PAGE))
    assert (story.only.impact_start_ms, story.only.restored_ms) == (at(0.5), at(85))
    moments = [line.moment.value for line in story.only.happenings]
    assert moments == ["mitigated", "restored", "reopened", "mitigated", "restored"]


def test_another_subject_soon_after_is_another_incident(story: Story) -> None:
    """What is over takes up nothing that merely lies near it."""
    story.tick(1, fires(RISK, 1)).tick(20, resolves(RISK, 20, 20)).tick(30, fires(cell("weyedai", "dc3"), 30))
    assert len(story.all) == 2


def test_it_is_settled_ten_minutes_after_its_restoration(story: Story) -> None:
    """Then it is no longer open, and the next failure gets its own."""
    story.tick(1, fires(RISK, 1)).tick(20, resolves(RISK, 20, 20)).tick(620)
    assert [each.id for each in story.open] == [story.only.id]
    story.tick(621)
    assert story.open == ()
    assert story.only.settled


def test_an_acknowledgement_after_the_restoration_counts(story: Story) -> None:
    """Late is late: MTTA says so."""
    story.tick(1, fires(RISK, 1)).tick(20, resolves(RISK, 20, 20)).tick(300, Acknowledged(at(300), key(RISK), "li.wei"))
    assert to_acknowledge_ms(story.only) == at(300) - at(1.3)


def test_what_was_missed_is_folded_instant_by_instant(story: Story) -> None:
    """A replay of an hour in one go makes the incidents that an hour of ticks would have made."""
    facts = [
        fact for start in (0, 30, 2000) for fact in (fires(RISK, start + 1), resolves(RISK, start + 20, start + 19))
    ]
    story.tick(3600, *reversed(facts))
    assert len(story.all) == 2
    assert {each.state for each in story.all.values()} == {IncidentState.RESTORED}
    assert story.open == ()


def test_a_fact_that_comes_twice_changes_nothing(story: Story) -> None:
    """Whoever restarts may tell the last ticks again."""
    facts = (fires(RISK, 1), Notified(at(1.4), (key(RISK),), "webhook"), Acknowledged(at(5), key(RISK), "li.wei"))
    story.tick(6, *facts)
    again = fold(story.open, facts, at(6), story.rules)
    assert again.changed == ()
    assert again.entries == ()
    story.tick(20, resolves(RISK, 20, 20))
    assert fold(story.open, (*facts, resolves(RISK, 20, 20)), at(21), story.rules).changed == ()


def test_a_restart_goes_on_where_the_store_left_it(story: Story) -> None:
    """Documents come back as what they were, and the next tick changes the same incident."""
    store = MemoryStore()
    store.write(change_of(story.tick(1, fires(RISK, 1)).last))
    with store.reading() as reader:
        story.open = load_open(reader.journal())
    assert [replace(each, version=0) for each in story.open] == [story.only]
    store.write(change_of(story.tick(20, resolves(RISK, 20, 20)).last))
    with store.reading() as reader:
        (stored,) = reader.journal().documents("incident")
        lines = [json.loads(each.entry.body)["moment"] for each in reader.journal().entries(kind="incident")]
    assert incident_of(stored).restored_ms == at(20)
    assert lines == ["detected", "mitigated", "restored"]


def test_every_field_survives_the_store(story: Story) -> None:
    """What people said, too."""
    incident = outage(story).only
    incident, _ = acts.add_note(incident, at(400), "王芳", "数据库主备切换")
    incident, _ = acts.decide_class(incident, Decision("r", "II", "wang", at(500), "two provinces", "1"), {"r": ["II"]})
    incident, _ = acts.close(incident, at(600), "wang", "done")
    assert incident_of(document_of(incident)) == incident


def test_an_unreadable_document_says_which(story: Story) -> None:
    """Another program's body is named, not guessed at."""
    for body in ("[", "{}", '{"members": [], "areas": 3, "settled": false}'):
        with pytest.raises(UnreadableBody, match="incident x:"):
            incident_of(Document("incident", "x", 1, 0, True, body))


def test_runbooks_follow_the_objective_then_the_rule(story_with: Callable[[FoldingRules], Story]) -> None:
    """Each address once."""
    rules = FoldingRules(
        slo_runbooks={"risk-availability": "https://wiki/risk"}, rule_runbooks={"cliff": "https://wiki/cliff"}
    )
    story = story_with(rules).tick(1, fires(RISK, 1), fires(RISK, 1, "fast", PAGE))
    assert story.only.runbooks == ("https://wiki/risk", "https://wiki/cliff")


def test_its_name_says_when_and_where(story: Story) -> None:
    """The same after a replay."""
    story.tick(1, fires(RISK, 1), fires(product("weyedai"), 1))
    assert sorted(story.all) == ["20261118-110641-risk-dc3", "20261118-110641-weyedai"]
    assert at(0) == T0_MS


ANONYMOUS: list[tuple[str, Callable[[Incident], object]]] = [
    ("a note", lambda i: acts.add_note(i, at(1), " ", "x")),
    ("an assignment", lambda i: acts.assign(i, at(1), "", "li")),
    ("an acknowledgement", lambda i: acts.acknowledge(i, at(1), "")),
    ("a mitigation", lambda i: acts.mitigate(i, at(1), "")),
    ("closing", lambda i: acts.close(i, at(1), "")),
    ("merging", lambda i: acts.merge(i, i, at(1), "")),
    ("splitting", lambda i: acts.split(i, [], "n", at(1), "")),
    ("a decision", lambda i: acts.decide_class(i, Decision("r", "", "", 0, "", ""), {"r": []})),
]


@pytest.mark.parametrize(("what", "act"), ANONYMOUS, ids=[each[0] for each in ANONYMOUS])
def test_nobody_acts_without_a_name(story: Story, what: str, act: Callable[[Incident], object]) -> None:
    """Every act of a person is recorded with the person."""
    with pytest.raises(MissingActor, match=what):
        act(outage(story).only)


def test_people_merge_and_split(story: Story) -> None:
    """What the machine kept apart or together, with figures to be counted anew and a pointer left."""
    there = cell("weyedai", "dc5")
    story.tick(1, fires(RISK, 1), fires(there, 1))
    one, two = story.ongoing
    whole, pointer, entry = acts.merge(one, two, at(9), "li.wei")
    assert set(whole.areas) == {RISK, there}
    assert (pointer.merged_into, pointer.open, entry.actor) == (one.id, False, "li.wei")
    rest, other, _ = acts.split(whole, [key(there)], "new", at(10), "li.wei")
    assert (rest.areas, other.areas, other.version) == ((RISK,), (there,), 0)


REFUSED: list[tuple[str, Callable[[Incident], object], type[IncidentError]]] = [
    ("with itself", lambda i: acts.merge(i, i, at(1), "li"), IncidentError),
    ("was merged into y", lambda i: acts.merge(i, replace(i, id="z", merged_into="y"), at(1), "li"), IncidentError),
    ("is not one of its own", lambda i: acts.split(i, [key(product("x"))], "n", at(1), "li"), NotSplittable),
    ("on either side", lambda i: acts.split(i, [m.key for m in i.members], "n", at(1), "li"), NotSplittable),
    (
        "has no class 'V'; known: I, II",
        lambda i: acts.decide_class(i, Decision("r", "V", "li", 0, "", ""), {"r": ["I", "II"]}),
        UnknownClass,
    ),
]


@pytest.mark.parametrize(("why", "act", "error"), REFUSED, ids=[each[0] for each in REFUSED])
def test_what_cannot_be_is_refused(
    story: Story, why: str, act: Callable[[Incident], object], error: type[IncidentError]
) -> None:
    """In one line that says why."""
    with pytest.raises(error, match=why):
        act(outage(story).only)


def test_a_thousand_alerts_in_one_second_are_one_incident(story: Story) -> None:
    """A whole data center with all its DCNs and tiers, and their parents."""
    facts = [
        replace(
            fires(cell(f"p{n}", "dc3"), 1, tier),
            key=AlertKey(tier, cell(f"p{n}", "dc3")._replace(dcn=f"d{m}"), f"s{m}"),
        )
        for n in range(10)
        for m in range(25)
        for tier in ("cliff", "fast", "medium", "slow")
    ]
    story.tick(1, *facts[:400]).tick(2, *facts)
    assert len(story.only.members) == 1000
