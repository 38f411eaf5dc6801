"""Logging in."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from argon2 import PasswordHasher

from access import people
from access.entering import NOBODY, Entrance
from access.errors import LockedOut, NotAdmitted
from access.lockout import MINUTE_MS
from access.passwords import Passwords
from access.rights import Role
from store.port import Store

NOW_MS = 1_795_000_020_000
PASSWORD = "correct horse battery"


def refused(entrance: Entrance, name: str, now_ms: int = NOW_MS, address: str = "10.0.0.1") -> str:
    """What somebody is told with a wrong password."""
    with pytest.raises((NotAdmitted, LockedOut)) as caught:
        entrance.enter(name, "wrong wrong wrong", address, now_ms)
    return str(caught.value)


def test_name_and_password_let_in_and_are_recorded(known: Any, entrance: Entrance, store: Store) -> None:
    known.add("li", Role.VIEWER)
    assert entrance.enter("LI", PASSWORD, "10.0.0.1", NOW_MS).name == "li"
    refused(entrance, "li")
    refused(entrance, "my-password-typed-as-name")
    with store.reading() as reader:
        acts = [row.act for row in reader.audit().rows()]
    assert [(act.action, act.subject) for act in acts][-3:] == [
        ("login", "li"),
        ("login.refused", "li"),
        ("login.refused", NOBODY),
    ]
    assert "typed" not in "".join(act.detail for act in acts)


def test_the_fifth_failure_locks_known_and_unknown_names_alike(known: Any, entrance: Entrance) -> None:
    """Whether a name exists is not to be told by words."""
    known.add("li", Role.VIEWER)
    told = {name: [refused(entrance, name) for _ in range(6)] for name in ("li", "nobody")}
    assert told["li"] == told["nobody"]
    assert told["li"][-1] == "too many failed logins; try again in 900 s"
    with pytest.raises(LockedOut):
        entrance.enter("li", PASSWORD, "10.0.0.2", NOW_MS + 1)
    assert entrance.enter("li", PASSWORD, "10.0.0.2", NOW_MS + 15 * MINUTE_MS).name == "li"


def test_a_right_password_forgets_the_failures_before_it(known: Any, entrance: Entrance) -> None:
    known.add("li", Role.VIEWER)
    for _ in range(3):
        for _ in range(4):
            refused(entrance, "li")
        entrance.enter("li", PASSWORD, "10.0.0.1", NOW_MS)


def test_replicas_count_together(known: Any, store: Store, passwords: Passwords) -> None:
    known.add("li", Role.VIEWER)
    both = [Entrance(store, passwords), Entrance(store, passwords)]
    told = [refused(both[n % 2], "li") for n in range(6)]
    assert "900 s" in told[-1]


def test_many_guesses_at_once_are_counted_before_they_are_checked(known: Any, entrance: Entrance) -> None:
    """Else all that begin before the first has failed would be free."""
    known.add("li", Role.VIEWER)
    told: list[str] = []
    threads = [threading.Thread(target=lambda: told.append(refused(entrance, "li"))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum("wrong" in text for text in told) == 5


def test_one_address_may_not_try_many_names(entrance: Entrance) -> None:
    told = [refused(entrance, f"name{n}") for n in range(31)]
    assert "too many" in told[-1]
    assert "wrong" in refused(entrance, "another", address="10.0.0.9")


def test_a_disabled_person_is_told_what_a_wrong_password_is_told(known: Any, entrance: Entrance) -> None:
    known.add("boss", Role.ADMIN)
    known.add("li", Role.VIEWER)
    known.change(lambda journal: people.disable(journal, "li", NOW_MS, "boss"))
    with pytest.raises(NotAdmitted):
        entrance.enter("li", PASSWORD, "10.0.0.1", NOW_MS)


def test_a_login_renews_a_hash_of_older_parameters(known: Any, store: Store) -> None:
    known.add("li", Role.VIEWER)
    before = known.find("li")
    stronger = Entrance(store, Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)))
    stronger.enter("li", PASSWORD, "10.0.0.1", NOW_MS)
    after = known.find("li")
    assert "t=2" in after.kept
    assert after.epoch_ms == before.epoch_ms
