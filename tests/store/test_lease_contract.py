"""What every store promises about leases: one holder at a time, and no commit under a lease that has gone."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from slo.counts import Counts
from slo.outcomes import Kind
from store.errors import LeaseLost, StaleWriter, StoreUnavailable
from store.leases import NOBODY, Beat, Lease
from store.port import Store
from store.records import Batch, Events, Read, Scope, Source, Unit

NOON_S = 1_795_320_000
BEAT = Beat("machine-1", 1_000)
LATER = Beat("machine-1", 2_000)


@pytest.fixture
def registered(store: Store) -> Store:
    """A store that knows one source of pages and one instance of a server."""
    store.register(Source("dc1", "exposition", "dc1", 1000), 1_000)
    store.register(Source("prom/a:9090", "prometheus", "dc2", 1000), 1_000)
    return store


def batch(store: Store, source: str = "dc1", **more: object) -> Batch:
    """Ten good requests, by whoever knows the present version."""
    found = Events(NOON_S, "weilidai", "dc1", "dcn1", "apply", "ok", "customer", Kind.GOOD, 10)
    reads = (Read(NOON_S * 1000, collected=True),)
    return replace(Batch(source, store.resume(source).version, reads, events=(found,)), **more)


def good(store: Store) -> int:
    """Good requests of the bank."""
    with store.reading() as reader:
        return reader.totals(Scope.BANK, NOON_S, NOON_S + 1).get(Unit(Scope.BANK), Counts()).good


def test_a_lease_that_nobody_holds_is_taken(store: Store) -> None:
    """All that were asked for, in one step and under one token."""
    taken = store.acquire(["dc1", "dc2"], "a", BEAT)
    assert set(taken) == {"dc1", "dc2"}
    assert len({lease.token for lease in taken.values()}) == 1
    assert store.leases() == taken
    assert taken["dc1"] == Lease("dc1", "a", taken["dc1"].token, BEAT)


def test_a_held_lease_is_not_given_to_another(store: Store) -> None:
    """Nor to somebody of the same name: two processes that were started alike are still two."""
    held = store.acquire(["dc1"], "a", BEAT)
    assert store.acquire(["dc1"], "b", LATER) == {}
    assert store.acquire(["dc1"], "a", LATER) == {}
    assert store.leases() == held


def test_what_is_free_is_taken_beside_what_is_not(store: Store) -> None:
    """Two configurations that overlap share the rest."""
    store.acquire(["dc1"], "a", BEAT)
    assert set(store.acquire(["dc1", "dc2"], "b", BEAT)) == {"dc2"}


def test_a_lease_found_stale_changes_hands_with_a_greater_token(store: Store) -> None:
    """And only for the first who found it so."""
    stale = store.acquire(["dc1"], "a", BEAT)["dc1"]
    taken = store.acquire(["dc1"], "b", LATER, stale=[stale])["dc1"]
    assert (taken.owner, taken.token > stale.token) == ("b", True)
    assert store.acquire(["dc1"], "c", LATER, stale=[stale]) == {}


def test_a_beat_in_the_last_moment_keeps_the_lease(store: Store) -> None:
    """Compare and swap: what was found stale must still be so."""
    stale = store.acquire(["dc1"], "a", BEAT)
    store.renew(stale, LATER)
    assert store.acquire(["dc1"], "b", LATER, stale=list(stale.values())) == {}


def test_renewing_shows_the_beat_and_keeps_the_token(store: Store) -> None:
    """The token is the holder's until the lease changes hands."""
    held = store.acquire(["dc1", "dc2"], "a", BEAT)
    assert store.renew(held, LATER) == {name: replace(lease, beat=LATER) for name, lease in held.items()}
    assert {lease.beat for lease in store.leases().values()} == {LATER}


def test_renewing_leaves_out_what_was_lost(store: Store) -> None:
    """So a holder learns of it."""
    held = store.acquire(["dc1", "dc2"], "a", BEAT)
    store.acquire(["dc1"], "b", LATER, stale=[held["dc1"]])
    assert set(store.renew(held, LATER)) == {"dc2"}
    assert store.leases()["dc1"].owner == "b"
    assert store.renew({}, LATER) == {}


def test_a_released_lease_is_free_at_once(store: Store) -> None:
    """Nobody waits for a clean end."""
    store.release(store.acquire(["dc1", "dc2"], "a", BEAT))
    assert {lease.owner for lease in store.leases().values()} == {NOBODY}
    assert set(store.acquire(["dc1", "dc2"], "b", BEAT)) == {"dc1", "dc2"}


def test_releasing_what_was_lost_takes_it_from_nobody(store: Store) -> None:
    """A late goodbye does not throw out the successor."""
    held = store.acquire(["dc1"], "a", BEAT)
    taken = store.acquire(["dc1"], "b", LATER, stale=list(held.values()))
    store.release(held)
    assert store.leases() == taken


def test_tokens_only_grow(store: Store) -> None:
    """Whatever happens: a token that was valid once never is again."""
    tokens = []
    for _ in range(4):
        held = store.acquire(["dc1"], "a", BEAT)
        tokens.append(held["dc1"].token)
        store.release(held)
    assert tokens == sorted(set(tokens))


def test_the_holder_of_the_lease_commits(registered: Store) -> None:
    """Its token is the present one."""
    token = registered.acquire(["dc1"], "a", BEAT)["dc1"].token
    registered.commit(batch(registered, token=token))
    assert good(registered) == 10


def test_a_writer_whose_lease_has_gone_writes_nothing(registered: Store) -> None:
    """Even when it knows the right version: the token alone refuses it."""
    held = registered.acquire(["dc1"], "a", BEAT)["dc1"]
    registered.acquire(["dc1"], "b", LATER, stale=[held])
    with pytest.raises(LeaseLost, match="'dc1': its lease went to b"):
        registered.commit(batch(registered, token=held.token))
    assert good(registered) == 0
    assert registered.resume("dc1").version == 0


def test_a_writer_that_gave_its_lease_back_writes_nothing(registered: Store) -> None:
    """A goodbye is final."""
    held = registered.acquire(["dc1"], "a", BEAT)
    registered.release(held)
    with pytest.raises(LeaseLost, match="went to nobody"):
        registered.commit(batch(registered, token=held["dc1"].token))


def test_a_token_for_a_lease_that_never_was_is_refused(registered: Store) -> None:
    """A made-up token opens nothing."""
    with pytest.raises(LeaseLost):
        registered.commit(batch(registered, token=1))


def test_the_version_guards_the_holder_of_the_lease_too(registered: Store) -> None:
    """The second guard."""
    token = registered.acquire(["dc1"], "a", BEAT)["dc1"].token
    made = batch(registered, token=token)
    registered.commit(made)
    with pytest.raises(StaleWriter):
        registered.commit(made)


def test_one_lease_covers_every_instance_of_a_server(registered: Store) -> None:
    """``prom`` is the lease of ``prom/a:9090``."""
    held = registered.acquire(["prom"], "a", BEAT)
    registered.commit(batch(registered, "prom/a:9090", token=held["prom"].token))
    registered.acquire(["prom"], "b", LATER, stale=list(held.values()))
    with pytest.raises(LeaseLost):
        registered.commit(batch(registered, "prom/a:9090", token=held["prom"].token))


def test_a_commit_without_a_token_is_guarded_by_the_version_alone(registered: Store) -> None:
    """One-shot tools and tests need no lease."""
    registered.acquire(["dc1"], "a", BEAT)
    registered.commit(batch(registered))
    assert good(registered) == 10


def test_beats_do_not_move_the_version_of_the_store(store: Store) -> None:
    """Screens are not built anew for a sign of life."""
    with store.reading() as reader:
        before = reader.version()
    store.renew(store.acquire(["dc1"], "a", BEAT), LATER)
    with store.reading() as reader:
        assert reader.version() == before


def test_of_many_at_once_one_gets_the_lease(store: Store) -> None:
    """Eight threads, forty rounds: each round has one winner, and its token is new."""
    tokens: list[int] = []
    for _ in range(40):
        winners = _race(store, list(store.leases().values()))
        assert len(winners) == 1
        tokens.append(winners[0].token)
    assert tokens == sorted(set(tokens))


def _race(store: Store, stale: list[Lease]) -> list[Lease]:
    winners: list[Lease] = []
    start = threading.Barrier(8)

    def run(owner: str) -> None:
        start.wait()
        winners.extend(store.acquire(["dc1"], owner, BEAT, stale=stale).values())

    threads = [threading.Thread(target=run, args=(f"owner-{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return winners


def test_a_closed_store_leases_nothing(store: Store) -> None:
    """Like every other question."""
    held = store.acquire(["dc1"], "a", BEAT)
    store.close()
    for ask in (
        store.leases,
        lambda: store.acquire(["dc1"], "a", BEAT),
        lambda: store.renew(held, BEAT),
        lambda: store.release(held),
    ):
        with pytest.raises(StoreUnavailable):
            ask()
