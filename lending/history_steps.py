"""How the events of a stretch of simulated past divide into journey steps and outcomes.

A stretch counts what a product's transaction steps did, and what its other steps did, each good, bad or ignored. Every
such count is the sum of independent Poisson counts of steps, so that its parts are drawn as shares of it: exact in
distribution, and they add up to it, to the event.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from lending.chance import divided
from lending.estate import Step


class StepRow(NamedTuple):
    """Events of one step of one product in one data center in a whole stretch, by outcome."""

    product: str
    data_center: str
    step: str
    ok: int
    business_reject: int
    system_error: int
    client_abort: int


class Parts(NamedTuple):
    """Steps of one kind of a product, and how many events of each outcome a transaction of the product expects."""

    steps: tuple[str, ...]
    ok: tuple[float, ...]
    business_reject: tuple[float, ...]
    system_error: tuple[float, ...]
    client_abort: tuple[float, ...]


class Counted(NamedTuple):
    """Events of the steps of one kind in one data center in a stretch."""

    good: int
    bad: int
    ignored: int


def parts_of(steps: Sequence[Step]) -> Parts:
    """Of steps that are counted together."""
    return Parts(
        tuple(step.id for step in steps),
        tuple(float(step.events * (1 - step.reject_share - step.error_share - step.abort_share)) for step in steps),
        tuple(float(step.events * step.reject_share) for step in steps),
        tuple(float(step.events * step.error_share) for step in steps),
        tuple(float(step.events * step.abort_share) for step in steps),
    )


def step_rows(rng: Random, place: tuple[str, str], parts: Parts, counted: Counted, failed: float) -> list[StepRow]:
    """A row for each step. ``place``: product, data center; ``failed``: share of the demand of the stretch that
    incidents failed: they hit all steps alike."""
    if not parts.steps:
        return []
    number = len(parts.steps)
    good = divided(rng, counted.good, (*parts.ok, *parts.business_reject))
    unharmed = zip(parts.ok, parts.business_reject, parts.client_abort, strict=True)
    bad_weights = [own + failed * sum(rest) for own, rest in zip(parts.system_error, unharmed, strict=True)]
    bad, ignored = divided(rng, counted.bad, bad_weights), divided(rng, counted.ignored, parts.client_abort)
    return [StepRow(*place, step, good[n], good[number + n], bad[n], ignored[n]) for n, step in enumerate(parts.steps)]
