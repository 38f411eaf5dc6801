"""Counts of all generator processes together, and whether one of them was lost. Locust-free."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from loadtests.arrivals.pacing import Due
from loadtests.running.options import Asked
from loadtests.running.tally import Tally

if TYPE_CHECKING:
    from loadtests.running.part import Delivery


@dataclass(slots=True)
class Worker:
    """What the master knows of one generator process."""

    deliveries: int = 0
    final: bool = False
    lost: bool = False
    unfinished: int = 0
    elapsed_ns: int = 0


@dataclass(slots=True)
class Gathered:
    """Everything that was delivered, by the workers that the run began with."""

    asked: Asked
    workers: dict[str, Worker]
    tally: Tally = field(init=False)

    def __post_init__(self) -> None:
        self.tally = Tally(self.asked.deadline_ms * 1000, self.asked.claims.limits_us)

    def add(self, name: str, delivery: Delivery) -> None:
        """Adds a delivery. One from a stranger, or after a missing one, means that counts were lost."""
        worker = self.workers.setdefault(name, Worker(lost=True))
        worker.lost |= delivery.number != worker.deliveries + 1
        worker.deliveries = delivery.number
        worker.final, worker.unfinished, worker.elapsed_ns = delivery.final, delivery.unfinished, delivery.elapsed_ns
        self.tally.merge(delivery.tally)

    def lose(self, names: set[str]) -> None:
        """Notes workers that are gone without having finished."""
        for name in names & set(self.workers):
            self.workers[name].lost |= not self.workers[name].final

    @property
    def lost(self) -> int:
        """How many workers were lost, or deliveries of theirs."""
        return sum(1 for worker in self.workers.values() if worker.lost)

    @property
    def all_ended(self) -> bool:
        """Whether nobody is left to wait for."""
        return all(worker.final or worker.lost for worker in self.workers.values())

    @property
    def unfinished(self) -> int:
        """Requests that never ended, as far as anybody can tell."""
        return sum(worker.unfinished for worker in self.workers.values() if worker.final)

    def planned(self, elapsed_ns: int) -> int:
        """Arrivals that should have been sent: what was due until the workers stopped (by the master's clock when none
        said), and the whole plan when the run could not stop early."""
        plan = self.asked.plan
        if plan is None:
            return self.tally.arrivals_started
        ended = [worker.elapsed_ns for worker in self.workers.values() if worker.final]
        until_ns = max(ended, default=elapsed_ns) if self.asked.early_stop else plan.schedule.duration_ns
        return Due(plan).until(until_ns)
