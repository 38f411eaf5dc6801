"""When an impact began: not with the noise in a longer window."""

from __future__ import annotations

from alerts.impact import OPENING_MS, Telling, impact_start_ms
from alerts.model import Severity

CALL, PAGE = Severity.CALL, Severity.PAGE


def test_the_sharpest_alert_says_when_it_began() -> None:
    """The bank's six hours hold a background failure of minutes before; it fired a little earlier, too."""
    assert impact_start_ms([Telling(1000, PAGE, -600_000), Telling(4000, CALL, 0)]) == 0


def test_what_burned_for_long_before_it_became_sharp_began_then() -> None:
    found = [Telling(1000, PAGE, -600_000), Telling(1001 + OPENING_MS, CALL, 9000)]
    assert impact_start_ms(found) == -600_000


def test_the_earliest_of_equally_sharp_ones_counts() -> None:
    assert impact_start_ms([Telling(1000, CALL, 700), Telling(2000, CALL, 500)]) == 500


def test_alerts_that_cannot_say_are_passed_over() -> None:
    assert impact_start_ms([Telling(1000, CALL, None), Telling(2000, PAGE, 500)]) == 500
    assert impact_start_ms([Telling(1000, CALL, None)]) is None
