"""People in the store."""

from __future__ import annotations

from typing import Any

import pytest

from access import people
from access.errors import BadName, PersonRefused
from access.people import is_name, listed
from access.rights import Role
from store.errors import StaleDocument

NOW_MS = 1_795_000_020_000


def test_a_person_is_found_however_the_name_is_written(known: Any) -> None:
    known.add("Li.Wei", Role.VIEWER)
    for name in ("li.wei", "LI.WEI", " Li.Wei "):
        assert known.find(name).name == "Li.Wei"
    with pytest.raises(PersonRefused, match="known already"):
        known.add("LI.wei", Role.ADMIN)


@pytest.mark.parametrize("name", ["", " ", "a\0b", "-x", "a  b", "x" * 65, "a\nb", "<b>", "a\u202eb"])
def test_what_is_no_name_is_refused_and_never_found(known: Any, name: str) -> None:
    assert not is_name(name)
    assert known.find(name) is None
    with pytest.raises(BadName):
        known.add(name, Role.VIEWER)


def test_chinese_names_are_names(known: Any) -> None:
    known.add("李伟", Role.VIEWER)
    assert known.find("李伟") is not None


def test_a_password_a_disabling_and_a_removal_begin_a_new_epoch(known: Any) -> None:
    """Sessions hold for one epoch: each of these ends them, coming back does not revive them."""
    known.add("boss", Role.ADMIN)
    known.add("li", Role.VIEWER)
    epochs = [known.find("li").epoch_ms]
    known.change(lambda journal: people.give_password(journal, "li", "$x", NOW_MS, "boss"))
    epochs.append(known.find("li").epoch_ms)
    known.change(lambda journal: people.disable(journal, "li", NOW_MS, "boss"))
    epochs.append(known.find("li").epoch_ms)
    known.change(lambda journal: people.enable(journal, "li", NOW_MS, "boss"))
    assert known.find("li").epoch_ms == epochs[-1]
    known.change(lambda journal: people.remove(journal, "li", NOW_MS, "boss"))
    assert known.find("li") is None
    known.add("li", Role.VIEWER, now_ms=NOW_MS + 1000)
    epochs.append(known.find("li").epoch_ms)
    assert epochs == sorted(set(epochs))


def test_the_last_admin_stays(known: Any) -> None:
    known.add("boss", Role.ADMIN)
    for plan in (
        lambda journal: people.disable(journal, "boss", NOW_MS, "x"),
        lambda journal: people.remove(journal, "boss", NOW_MS, "x"),
        lambda journal: people.give_roles(journal, "boss", [Role.VIEWER], NOW_MS, "x"),
    ):
        with pytest.raises(PersonRefused, match="last one who may administer"):
            known.change(plan)
    known.add("other", Role.ADMIN)
    known.change(lambda journal: people.remove(journal, "boss", NOW_MS, "x"))
    with known.store.reading() as reader:
        assert [each.name for each in listed(reader.journal())] == ["other"]


def test_every_change_of_a_person_is_audited_without_the_password(known: Any) -> None:
    known.add("boss", Role.ADMIN)
    known.change(lambda journal: people.give_password(journal, "boss", "$argon2id$secret", NOW_MS, "boss"))
    change = None
    with known.store.reading() as reader:
        change = people.give_roles(reader.journal(), "boss", [Role.ADMIN, Role.MANAGER], NOW_MS, "cli:root@here")
    act = change.audit[0]
    assert (act.actor, act.action, act.subject) == ("cli:root@here", "person.roles", "boss")
    assert "secret" not in act.detail
    assert "manager" in act.detail


GONE = {
    "removed": lambda journal, name: people.remove(journal, name, NOW_MS, "boss"),
    "disabled": lambda journal, name: people.disable(journal, name, NOW_MS, "boss"),
    "demoted": lambda journal, name: people.give_roles(journal, name, [Role.VIEWER], NOW_MS, "boss"),
}


@pytest.mark.parametrize("how", GONE)
def test_of_two_admins_who_take_each_other_away_at_once_one_stays(known: Any, how: str) -> None:
    """Each sees the other still there; whoever comes second is told to look again."""
    known.add("boss", Role.ADMIN)
    known.add("chief", Role.ADMIN)
    with known.store.reading() as reader:
        both = [GONE[how](reader.journal(), name) for name in ("boss", "chief")]
    known.store.write(both[0])
    with pytest.raises(StaleDocument):
        known.store.write(both[1])
    with known.store.reading() as reader:
        assert [each.name for each in listed(reader.journal()) if each.administers] == ["chief"]
