"""Which of several processes does a piece of work (reads a source, evaluates alerts): the one that holds its lease; the
others stand by.

The holder beats (``renew_ms``); a standby looks several times a second and takes a lease over when its beat has stood
still for ``ttl_ms`` of the standby's own monotonic clock. No wall clock is compared with another, so a skewed one
cannot make two writers. A holder that was only slow or stopped may still think that it reads: the token that its
commits carry has gone by then, and the store refuses them.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from store.errors import StoreError
from store.leases import NOBODY, Beat, Lease, lease_name
from store.port import Store

LOG = logging.getLogger(__name__)
TAKEOVER_S = 5.0
"""From the death of a holder to the first commit of the next one, at the timing below and reads once a second."""
LEAST_RENEWALS = 3
"""So often must a holder beat within a ``ttl_ms``: one lost beat is no reason to change hands."""
_LOOKS_PER_TTL = 12
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_TIME_NAMESPACE = Path("/proc/self/ns/time")


@dataclass(frozen=True, slots=True)
class LeaseTiming:
    """How often a holder beats, and after how long a silence it is replaced, in milliseconds."""

    ttl_ms: int = 2000
    renew_ms: int = 500

    @property
    def look_ms(self) -> int:
        """How often a standby looks."""
        return max(1, min(self.renew_ms, self.ttl_ms // _LOOKS_PER_TTL))


def new_owner() -> str:
    """A name for this process: host, process id, and something that no restart repeats."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"


def clock_name() -> str:
    """Names this machine's monotonic clock: one per boot (and per time namespace), shared by all its processes."""
    try:
        namespace = _TIME_NAMESPACE.readlink().name if _TIME_NAMESPACE.is_symlink() else ""
        return f"{_BOOT_ID.read_text(encoding='ascii').strip()} {namespace}".strip()
    except OSError:  # no such machine: a name that nobody else has, so that nobody trusts our beats' times
        return secrets.token_hex(16)


class Work(NamedTuple):
    """What a holder does, in the words of the log."""

    who: str
    does: str
    done: str


READING = Work("collector", "reads", "read")


class Lookout:
    """Since when the leases of others have stood still. Pure: every time is an argument, of our monotonic clock."""

    def __init__(self, clock: str, ttl_ms: int) -> None:
        self._clock = clock
        self._ttl_ms = ttl_ms
        self._since_ms: dict[Lease, int] = {}
        self._sighted_ms: int | None = None
        self._spared: set[Lease] = set()

    def stale(self, leases: Iterable[Lease], now_ms: int) -> list[Lease]:
        """What was just seen of others' leases -> those that did not change for a ``ttl_ms``.

        A beat of our own clock tells by itself how old it is; that of another machine counts from our first look.
        """
        known, self._since_ms = self._since_ms, {}
        for lease in leases:
            since_ms = known.get(lease)
            self._since_ms[lease] = self._first_seen(lease, now_ms) if since_ms is None else since_ms
        self._spared &= self._since_ms.keys()
        return [lease for lease, since_ms in self._since_ms.items() if now_ms - since_ms >= self._ttl_ms]

    def spare(self, stale: Iterable[Lease], now_ms: int, ms: int) -> list[Lease]:
        """Gives stale leases so many milliseconds more, each once; returns those that had them already."""
        had = [lease for lease in stale if lease in self._spared]
        for lease in stale:
            if lease not in self._spared:
                self._since_ms[lease] = now_ms - self._ttl_ms + ms
                self._spared.add(lease)
        return had

    def blinded(self, now_ms: int) -> None:
        """The store could not be asked: its silence is not the holders', who may not have reached it either."""
        self._since_ms.clear()
        self._sighted_ms = now_ms

    def _first_seen(self, lease: Lease, now_ms: int) -> int:
        if lease.beat.clock != self._clock or lease.beat.at_ms > now_ms:
            return now_ms
        return lease.beat.at_ms if self._sighted_ms is None else max(lease.beat.at_ms, self._sighted_ms)


def monotonic_ms() -> int:
    """Milliseconds of the monotonic clock that all processes of this machine share."""
    return time.monotonic_ns() // 1_000_000


class Leadership:
    """Keeps the leases of one process: takes what is free or abandoned, beats, gives back at the end.

    ``names``: the configured sources, or other work. ``work`` says in the log what a holder does. ``token`` may be
    asked from any thread; everything else happens in one.
    """

    def __init__(
        self,
        store: Store,
        names: Collection[str],
        owner: str,
        timing: LeaseTiming | None = None,
        *,
        work: Work = READING,
        clock: str | None = None,
        now_ms: Callable[[], int] = monotonic_ms,
    ) -> None:
        self._work = work
        self._store = store
        self._names = tuple(names)
        self._owner = owner
        self._timing = timing or LeaseTiming()
        self._clock = clock or clock_name()
        self._now_ms = now_ms
        self._lookout = Lookout(self._clock, self._timing.ttl_ms)
        self._held: dict[str, Lease] = {}
        self._others: dict[str, str] = {}
        self._told: set[str] = set()  # what the log says that we read
        self._renew_at_ms = 0
        self._looked_ms: int | None = None
        self._complaint = ""
        self._stopping = False
        self._nudged = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Takes what can be taken at once, then goes on in a thread of its own until ``stop``."""
        self._guarded_round()
        self._thread = threading.Thread(target=self._run, name="leases", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Gives every lease back, so that a standby takes over at once. Stop the collectors first."""
        self._stopping = True
        self._nudged.set()
        if self._thread is not None:
            self._thread.join()
        try:
            if self._held:
                self._store.release(self._held)
        except StoreError as fault:
            LOG.warning("leases are not given back, they end by themselves: %s", fault)
        self._held = {}

    def change(self, names: Collection[str]) -> None:
        """From the next look on keeps the leases of these; gives back the others. Who did their work stopped before."""
        self._names = tuple(names)
        self._renew_at_ms = 0
        self._nudged.set()

    def token(self, source: str) -> int | None:
        """The token for commits of a source; None: somebody else reads it, or nobody knows yet."""
        lease = self._held.get(lease_name(source))
        return None if lease is None else lease.token

    def holder(self, source: str) -> str:
        """Who else reads a source, as last seen; empty when that is not known."""
        return self._others.get(lease_name(source), "")

    @property
    def leads(self) -> bool:
        """Whether this process reads anything at all."""
        return bool(self._held)

    def refused(self) -> None:
        """The store refused a token: looks at once what has become of the leases."""
        self._renew_at_ms = 0
        self._nudged.set()

    def wait_for_all(self, timeout_s: float) -> bool:
        """Waits until every source is held, which takes a ttl when their last holder was killed."""
        deadline = time.monotonic() + timeout_s
        while len(self._held) < len(self._names):
            if time.monotonic() >= deadline:
                return False
            time.sleep(self._timing.look_ms / 1000)
        return True

    def round(self) -> None:
        """Beats when that is due, then takes what is free or abandoned."""
        try:
            self._dismiss()
            self._renew()
            self._claim()
        except StoreError as fault:
            self._lookout.blinded(self._now_ms())
            self._complain(str(fault))
        else:
            self._complain("")

    def _run(self) -> None:
        while not self._stopping:
            complete = set(self._names) <= self._held.keys()
            self._nudged.wait((self._timing.renew_ms if complete else self._timing.look_ms) / 1000)
            self._nudged.clear()
            if not self._stopping:
                self._guarded_round()

    def _guarded_round(self) -> None:
        try:
            self.round()
        except Exception:  # the outermost edge of a thread: a defect must not end the leases unseen
            LOG.exception("a look at the leases failed by a defect")

    def _beat(self) -> Beat:
        return Beat(self._clock, self._now_ms())

    def _dismiss(self) -> None:
        """Gives back what is no longer ours to do."""
        done = {name: lease for name, lease in self._held.items() if name not in self._names}
        if done:
            self._store.release(done)
            self._held = {name: lease for name, lease in self._held.items() if name not in done}
            self._told -= done.keys()

    def _renew(self) -> None:
        if not self._held or self._now_ms() < self._renew_at_ms:
            return
        # Due again a little early: a round that comes a hair too soon must not put the beat off to the next one.
        self._renew_at_ms = self._now_ms() + self._timing.renew_ms - self._timing.look_ms // 2
        self._held = self._store.renew(self._held, self._beat())

    def _claim(self) -> None:
        missing = [name for name in self._names if name not in self._held]
        if not missing:
            self._others = {}
            return
        present = self._store.leases()
        theirs = [present[name] for name in missing if name in present and present[name].owner != NOBODY]
        stale = self._abandoned(theirs)
        busy = {lease.name: lease.owner for lease in theirs if lease not in stale}
        taken: dict[str, Lease] = {}
        if len(busy) < len(missing):
            free = [name for name in missing if name not in busy]
            taken = self._store.acquire(free, self._owner, self._beat(), stale=stale)
            self._held = self._held | taken
        self._tell(taken, [lease for lease in stale if lease.name in taken], busy)

    def _abandoned(self, theirs: Sequence[Lease]) -> list[Lease]:
        """Leases of others that may be taken. When we came late to this look, or the store keeps writers waiting, the
        holder may be as held up: it gets the time of one beat more."""
        now_ms = self._now_ms()
        late_ms = 0 if self._looked_ms is None else now_ms - self._looked_ms - self._timing.look_ms
        stale = self._lookout.stale(theirs, now_ms)
        if stale:
            self._store.acquire((), self._owner, self._beat())  # takes nothing, but waits for its turn as a beat does
            late_ms = max(late_ms, self._now_ms() - now_ms)
        self._looked_ms = self._now_ms()
        if late_ms < self._timing.renew_ms:
            return stale
        return self._lookout.spare(stale, self._looked_ms, self._timing.renew_ms)

    def _tell(self, taken: Collection[str], abandoned: Collection[Lease], busy: dict[str, str]) -> None:
        """One line for each change of hands."""
        if taken:
            silent = f", after {_listed({lease.owner for lease in abandoned})} fell silent" if abandoned else ""
            LOG.info("this %s (%s) %s %s%s", self._work.who, self._owner, self._work.does, _listed(taken), silent)
        before, self._others = self._others, busy
        news = {name: owner for name, owner in busy.items() if before.get(name) != owner}
        if news:
            replaced = "replaced, now " if self._told & news.keys() else ""
            LOG.info("%sstandby: %s %s by %s", replaced, _listed(news), self._work.done, _listed(set(news.values())))
        self._told = (self._told | set(taken)) - news.keys()

    def _complain(self, trouble: str) -> None:
        if trouble and trouble != self._complaint:
            LOG.warning("leases cannot be looked at: %s", trouble)
        self._complaint = trouble


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
