"""Three persons sign one after the other; nobody twice, nothing that changed, nothing that was replaced."""

from __future__ import annotations

import json

import pytest

from reports.issues.approving import LONGEST_NOTE, approve
from reports.issues.errors import ApprovalRefused, BadOrigin, ChangedIssue, UnknownIssue
from reports.issues.keeping import CONTENTS, KIND
from store.errors import StaleDocument
from store.journal import Change, Document
from tests.reports.issues.conftest import Desk

R1 = "availability-2026-10-r1"


def test_three_persons_sign_in_order_and_each_leaves_an_entry(any_desk: Desk) -> None:
    issue = any_desk.freeze({"bad": 1})
    states = [
        any_desk.approve(R1, "prepared", "Li Wei", note=" 已核对 ").state,
        any_desk.approve(R1, "reviewed", "Wang Fang").state,
        any_desk.approve(R1, "approved", "Zhang  Min").state,
    ]
    assert states == ["prepared", "reviewed", "approved"]
    found = any_desk.look(R1)
    assert [(each.step, each.actor, each.note) for each in found.approvals] == [
        ("prepared", "Li Wei", "已核对"), ("reviewed", "Wang Fang", ""), ("approved", "Zhang Min", ""),
    ]  # fmt: skip
    with any_desk.store.reading() as reader:
        entries = [each.entry for each in reader.journal().entries(kind=KIND, subject=R1)]
    assert [json.loads(each.body)["step"] for each in entries] == ["frozen", *states]
    assert {json.loads(each.body)["digest"] for each in entries} == {issue.digest}
    assert [each.actor for each in entries[1:]] == ["Li Wei", "Wang Fang", "Zhang Min"]
    assert [each.at_ms for each in entries[1:]] == [each.at_ms for each in found.approvals]


@pytest.mark.parametrize("again", ["Li Wei", "li wei", " LI  WEI ", "Ｌｉ Ｗｅｉ", "Li\u00a0Wei", "Li\u200bWei"])
def test_the_same_person_does_not_sign_twice(desk: Desk, again: str) -> None:
    """However the name is written. An invisible character is refused as no name, which serves as well."""
    desk.freeze({"bad": 1})
    desk.approve(R1, "prepared", "Li Wei")
    with pytest.raises((ApprovalRefused, BadOrigin)):
        desk.approve(R1, "reviewed", again)
    desk.approve(R1, "reviewed", "Wang Fang")
    with pytest.raises((ApprovalRefused, BadOrigin)):
        desk.approve(R1, "approved", again)
    assert desk.look(R1).state == "reviewed"


@pytest.mark.parametrize("step", ["reviewed", "approved", "frozen", "withdrawn", "", "Prepared"])
def test_a_step_out_of_order_is_refused(desk: Desk, step: str) -> None:
    desk.freeze({"bad": 1})
    with pytest.raises(ApprovalRefused, match="the next is 'prepared'"):
        desk.approve(R1, step, "Li Wei")


def test_what_has_every_signature_takes_no_more(desk: Desk) -> None:
    desk.freeze({"bad": 1})
    for step, actor in (("prepared", "a"), ("reviewed", "b"), ("approved", "c")):
        desk.approve(R1, step, actor)
    with pytest.raises(ApprovalRefused, match="every signature"):
        desk.approve(R1, "approved", "d")


def test_what_was_replaced_is_not_signed_and_the_new_one_begins_again(desk: Desk) -> None:
    desk.freeze({"bad": 1})
    desk.approve(R1, "prepared", "Li Wei")
    desk.freeze({"bad": 2})
    with pytest.raises(ApprovalRefused, match="availability-2026-10-r2 took its place"):
        desk.approve(R1, "reviewed", "Wang Fang")
    assert desk.approve("availability-2026-10-r2", "prepared", "Li Wei").state == "prepared"


def test_nobody_signs_what_is_not_what_was_frozen(desk: Desk) -> None:
    desk.freeze({"bad": 1})
    desk.store.write(Change((), (Document(CONTENTS, R1, 1, 1, True, '{"bad":0}'),)))
    with pytest.raises(ChangedIssue):
        desk.approve(R1, "prepared", "Li Wei")


def test_of_two_who_sign_at_once_one_is_refused(any_desk: Desk) -> None:
    any_desk.freeze({"bad": 1})
    with any_desk.store.reading() as reader:
        both = [approve(reader.journal(), R1, "prepared", 1, actor)[0] for actor in ("Li Wei", "Wang Fang")]
    any_desk.store.write(both[0])
    with pytest.raises(StaleDocument):
        any_desk.store.write(both[1])
    assert [each.actor for each in any_desk.look(R1).approvals] == ["Li Wei"]


@pytest.mark.parametrize("note", ["x" * (LONGEST_NOTE + 1), "\ud800"])
def test_a_note_that_cannot_be_kept_is_refused(desk: Desk, note: str) -> None:
    desk.freeze({"bad": 1})
    with pytest.raises(ApprovalRefused, match="note"):
        desk.approve(R1, "prepared", "Li Wei", note=note)


def test_an_unknown_issue_is_not_signed(desk: Desk) -> None:
    with pytest.raises(UnknownIssue):
        desk.approve(R1, "prepared", "Li Wei")
