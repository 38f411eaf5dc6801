"""The card of a drill: what borrowers met, what the books say, how quickly it was noticed, what saved it.

A request is bad when it failed or was slower than the deadline, from its intended start, as the borrower finally saw.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from loadtests.drills.balancer import emptied_after, first_after
from loadtests.drills.detection import first_alert
from loadtests.drills.drill import Loss, Record
from loadtests.drills.sending import Sent
from loadtests.verdict import State, fixed_length
from slo.objective import Objective

DEADLINE_S = 1.0
BUDGET_DAYS = 28
_TARGET, _CONFIDENCE = Objective.parse("99.999"), Objective.parse("95")
_LARGEST_LAG_SHARE = Decimal("0.25")
_SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, slots=True)
class LossCard:
    """One loss. Seconds after injection, but ``served_again_after_s``: after the fault ended. None: never seen."""

    fault: str
    data_center: str
    failed: int
    slow: int
    first_failure_after_s: float | None
    last_failure_after_s: float | None
    marked_down_after_s: float | None
    drained_after_s: float | None
    served_again_after_s: float | None
    retries: int
    redispatches: int
    alerted_after_s: float | None
    alerted_by: str | None


@dataclass(frozen=True, slots=True)
class Card:
    """One run. ``lossless``: nothing failed, nothing was slow, nothing was booked twice or not at all."""

    template: str
    rate_per_second: float
    deadline_s: float
    gave_up_after_s: float
    requests: int
    failed: int
    slow: int
    causes: dict[str, int]
    failed_but_committed: int
    duplicates: int
    missing: int
    loans_read: int
    wrong_loans: int
    booked: int
    counted: int
    ledgers_differ_fen: int
    p50_ms: float
    p99_ms: float
    worst_ms: float
    worst_from_sending_ms: float
    schedule_lag_p99_ms: float
    outage_equivalent_s: float
    share_of_budget_28_days: str
    lossless: bool
    invalid_because: list[str]
    verdict: dict[str, object]
    losses: list[LossCard]

    def as_json(self) -> dict[str, object]:
        """Everything, with losses as objects."""
        return asdict(self)


def card_of(record: Record) -> Card:
    """The card of a run."""
    sent, audit = record.sent, record.audit
    failed = [one for one in sent if one.problem]
    slow = [one for one in sent if is_slow(one)]
    bad = len(failed) + len(slow)
    latencies, lags = _ordered(one.latency_s for one in sent), _ordered(one.sent_s - one.intended_s for one in sent)
    outage_s = bad / record.load.rate_per_second
    invalid_because = _invalid(record, lags)
    verdict = fixed_length(len(sent), bad, _TARGET, _CONFIDENCE).as_json()
    state = {"verdict": State.INVALID.value} if invalid_because else {}
    clean = not bad and not audit.duplicates and not audit.missing and not audit.wrong_loans
    return Card(
        template=record.template,
        rate_per_second=record.load.rate_per_second,
        deadline_s=DEADLINE_S,
        gave_up_after_s=record.load.give_up_s,
        requests=len(sent),
        failed=len(failed),
        slow=len(slow),
        causes=dict(Counter(one.problem for one in failed)),
        failed_but_committed=audit.failed_committed,
        duplicates=audit.duplicates,
        missing=audit.missing,
        loans_read=audit.loans_read,
        wrong_loans=audit.wrong_loans,
        booked=audit.booked,
        counted=audit.counted,
        ledgers_differ_fen=audit.ledgers_differ_fen,
        p50_ms=_ms(quantile(latencies, 0.5)),
        p99_ms=_ms(quantile(latencies, 0.99)),
        worst_ms=_ms(latencies[-1]),
        worst_from_sending_ms=_ms(max(one.ended_s - one.sent_s for one in sent)),
        schedule_lag_p99_ms=_ms(quantile(lags, 0.99)),
        outage_equivalent_s=round(outage_s, 3),
        share_of_budget_28_days=f"{outage_s / (BUDGET_DAYS * _SECONDS_PER_DAY * float(1 - _TARGET.target)):.4f}",
        lossless=clean and audit.ledgers_differ_fen == 0,
        invalid_because=invalid_because,
        verdict={**verdict, **state},
        losses=[_loss_card(record, loss) for loss in record.losses],
    )


def is_slow(one: Sent) -> bool:
    """Answered well, but after the deadline."""
    return not one.problem and one.latency_s > DEADLINE_S


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value that so large a share of an ordered sequence does not exceed."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _invalid(record: Record, lags: Sequence[float]) -> list[str]:
    """Why the generator, not the estate, may be at fault."""
    reasons = []
    planned = record.load.rate_per_second * (record.ended_s - record.began_s)
    lag_s = quantile(lags, 0.99)
    if lag_s > DEADLINE_S * float(_LARGEST_LAG_SHARE):
        reasons.append(f"schedule lag p99 {lag_s * 1000:.0f} ms is above a quarter of the deadline")
    if len(record.sent) < planned - 5 * planned**0.5:  # arrivals are Poisson: five deviations
        reasons.append(f"{len(record.sent)} requests were sent of about {planned:.0f}")
    reasons += [
        f"{one.fault.name} of {one.data_center}: not served again" for one in record.losses if one.back_s is None
    ]
    return reasons


def _loss_card(record: Record, loss: Loss) -> LossCard:
    end_s = _end_s(record, loss)
    mine = [one for one in record.sent if loss.injected_s <= one.ended_s < end_s]
    bad_s = [one.ended_s - loss.injected_s for one in mine if one.problem or is_slow(one)]
    looks = [look for look in record.looks if loss.injected_s <= look.at_s < end_s]
    down_s = first_after(looks, loss.injected_s, loss.data_center, up=False)
    drained_s = emptied_after(looks, loss.injected_s, loss.restored_s, loss.data_center)
    alert = first_alert(record.alerts, loss.injected_s, end_s, loss.data_center)
    return LossCard(
        fault=loss.fault.name,
        data_center=loss.data_center,
        failed=sum(bool(one.problem) for one in mine),
        slow=sum(is_slow(one) for one in mine),
        first_failure_after_s=_rounded(min(bad_s, default=None)),
        last_failure_after_s=_rounded(max(bad_s, default=None)),
        marked_down_after_s=_rounded(down_s),
        drained_after_s=_rounded(drained_s),
        served_again_after_s=_rounded(None if loss.back_s is None else loss.back_s - loss.restored_s),
        retries=looks[-1].retries - looks[0].retries if looks else 0,
        redispatches=looks[-1].redispatches - looks[0].redispatches if looks else 0,
        alerted_after_s=None if alert is None else round(alert[0], 3),
        alerted_by=None if alert is None else f"{alert[1].rule} ({alert[1].severity})",
    )


def _end_s(record: Record, loss: Loss) -> float:
    """A loss ends where the next one begins."""
    return min((one.injected_s for one in record.losses if one.injected_s > loss.injected_s), default=float("inf"))


def _ordered(values: Iterable[float]) -> list[float]:
    return sorted(values)


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
