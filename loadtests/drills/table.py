"""Cards as text."""

from __future__ import annotations

from collections.abc import Sequence

from loadtests.drills.card import Card, LossCard

_COLUMNS = ("fault", "at", "failed", "slow", "first", "last", "down", "drained", "back", "retries", "redisp.", "alert")


def card_text(card: Card) -> str:
    """One card: the run, then one line per loss."""
    causes = "".join(f", {number} x {cause}" for cause, number in card.causes.items())
    head = [
        f"{card.template}: {card.requests:,} requests at {card.rate_per_second:g}/s, {len(card.losses)} faults",
        f"  failed {card.failed}{causes}; slower than {card.deadline_s:g} s {card.slow}",
        f"  failed but committed {card.failed_but_committed}, booked twice {card.duplicates}, "
        f"granted and not booked {card.missing}, read back wrong {card.wrong_loans} of {card.loans_read}",
        f"  p50 {card.p50_ms} ms, p99 {card.p99_ms} ms, worst {card.worst_ms} ms from the intended start "
        f"({card.worst_from_sending_ms} from sending); schedule lag p99 {card.schedule_lag_p99_ms} ms",
        f"  {_held(card)}; as full outage {card.outage_equivalent_s:g} s = {card.share_of_budget_28_days} "
        "of the budget of 28 days",
    ]
    return "\n".join([*head, *_invalid(card), "", losses_text(card.losses)])


def losses_text(losses: Sequence[LossCard]) -> str:
    """One line per loss, seconds after injection; back: after the fault ended."""
    rows = [_COLUMNS, *(_row(loss) for loss in losses)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    return "\n".join(
        "  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
    )


def comparison_text(cards: Sequence[Card]) -> str:
    """Runs beside each other."""
    rows = [("", *(card.template for card in cards))]
    rows += [(name, *(str(getattr(card, field)) for card in cards)) for name, field in _COMPARED]
    rows.append(("faults", *(str(len(card.losses)) for card in cards)))
    rows.append(("verdict of 99.999 %", *(str(card.verdict["verdict"]) for card in cards)))
    width = max(len(row[0]) for row in rows)
    return "\n".join(row[0].ljust(width) + "".join(cell.rjust(14) for cell in row[1:]) for row in rows)


_COMPARED = (
    ("requests", "requests"),
    ("failed", "failed"),
    ("slower than the deadline", "slow"),
    ("failed but committed", "failed_but_committed"),
    ("booked twice", "duplicates"),
    ("granted and not booked", "missing"),
    ("p99 ms", "p99_ms"),
    ("worst ms", "worst_ms"),
    ("full outage, seconds", "outage_equivalent_s"),
)


def _row(loss: LossCard) -> tuple[str, ...]:
    seconds = (
        loss.first_failure_after_s,
        loss.last_failure_after_s,
        loss.marked_down_after_s,
        loss.drained_after_s,
        loss.served_again_after_s,
    )
    shown = ("-" if one is None else f"{one:.2f}" for one in seconds)
    counts = (str(loss.retries), str(loss.redispatches))
    alert = "-" if loss.alerted_after_s is None else f"{loss.alerted_after_s:.2f} {loss.alerted_by}"
    return (loss.fault, loss.data_center, str(loss.failed), str(loss.slow), *shown, *counts, alert)


def _held(card: Card) -> str:
    lossless = "lossless" if card.lossless else "NOT lossless"
    return f"{lossless}; 99.999 % by this run alone: {card.verdict['verdict']}"


def _invalid(card: Card) -> list[str]:
    return [f"  INVALID: {reason}" for reason in card.invalid_because]
