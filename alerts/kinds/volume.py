"""Missing transactions: a dead front door makes fewer requests, not more errors.

What was not observed is never taken for missing: with a data center unseen, what was seen is only a lower bound, which
can end an alert and cannot begin one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from alerts.kinds.policy import VolumePolicy
from alerts.kinds.sight import Sight, Watched, by_data_center, present
from alerts.model import AlertKey, Condition, Evidence, Level, Reading, Severity, Subject
from slo.formatting import truncated
from slo.windows import Window
from store.records import Gap

RULE = "volume"


@dataclass(frozen=True, slots=True)
class Volume:
    """Transactions of one product (empty: the bank) in one window.

    ``expected``: the forecast, None without one. ``lost``: some may not have been seen;
    ``blurred``: some may be of before.
    """

    product: str
    window: Window
    actual: int
    expected: Fraction | None
    lost: bool = False
    blurred: bool = False


def observed_window(sources: Sequence[Watched], policy: VolumePolicy) -> Window | None:
    """Whole intervals of every source, up to the newest second that all seen sources have told; None when none is."""
    seen = [each.status for each in sources if each.sight is Sight.SEEN]
    ends = [-(-status.watermark_ms // 1000) for status in seen if status.watermark_ms is not None]
    if not ends:
        return None
    interval_s = max(1, -(-max(status.source.interval_ms for status in seen) // 1000))
    length_s = -(-policy.window_seconds // interval_s) * interval_s
    return Window(min(ends) - length_s, min(ends))


def unobserved(
    sources: Sequence[Watched], gaps: Iterable[Gap], window: Window
) -> tuple[frozenset[str], frozenset[str]]:
    """Data centers of which events of the window may not have been seen (lost), and those whose events of before may
    be counted in it (blurred): a gap that its later page closed in the window."""
    places = {each.id: each.status.source.data_center for each in sources}
    from_ms, to_ms = window.from_s * 1000, window.to_s * 1000
    touching = [gap for gap in gaps if gap.source in places and gap.from_ms < to_ms and gap.to_ms > from_ms]
    lost = {places[gap.source] for gap in touching if not gap.exact or gap.to_ms > to_ms}
    blurred = {places[gap.source] for gap in touching if gap.from_ms < from_ms}
    for center, group in by_data_center(present(sources)).items():
        if not all(_covers(each, window) for each in group):
            lost.add(center)
    return frozenset(lost), frozenset(blurred)


def _covers(each: Watched, window: Window) -> bool:
    first_ms = each.status.first_page_ms
    return each.sight is Sight.SEEN and first_ms is not None and first_ms <= window.from_s * 1000


def bank_of(volumes: Sequence[Volume], left_out: Collection[str] = ()) -> Volume | None:
    """All products that have a forecast together; ``left_out``: products in maintenance."""
    parts = [each for each in volumes if each.expected is not None and each.product not in left_out]
    if not parts:
        return None
    return Volume(
        "",
        parts[0].window,
        sum(each.actual for each in parts),
        sum((each.expected for each in parts if each.expected is not None), Fraction(0)),
        any(each.lost for each in parts),
        any(each.blurred for each in parts),
    )


def readings(volumes: Iterable[Volume], policy: VolumePolicy) -> list[Reading]:
    """Of every product and the bank."""
    return [_reading(volume, policy) for volume in volumes]


def is_low(volume: Volume, policy: VolumePolicy) -> bool:
    """Whether fewer were seen than the policy wants."""
    return volume.expected is not None and volume.actual < volume.expected * policy.share


def _reading(volume: Volume, policy: VolumePolicy) -> Reading:
    subject = Subject(Level.PRODUCT, volume.product) if volume.product else Subject(Level.BANK)
    key = AlertKey(RULE, subject)
    expected = volume.expected
    if expected is None or expected < policy.floor_transactions:
        return Reading(key, Condition.UNKNOWN, Severity.PAGE)
    condition = _condition(volume, policy)
    if condition is not Condition.TRUE:
        return Reading(key, condition, Severity.PAGE)
    evidence = Evidence(
        bad_from_ms=volume.window.from_s * 1000,
        bad_to_ms=volume.window.to_s * 1000,
        values=(
            ("transactions", str(volume.actual)),
            ("forecast", truncated(expected, 0)),
            ("missing_transactions", truncated(expected - volume.actual, 0)),
        ),
    )
    return Reading(key, condition, Severity.PAGE, evidence)


def _condition(volume: Volume, policy: VolumePolicy) -> Condition:
    if is_low(volume, policy):
        return Condition.UNKNOWN if volume.lost else Condition.TRUE
    return Condition.UNKNOWN if volume.blurred else Condition.FALSE
