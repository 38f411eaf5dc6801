"""A storm is folded in two steps: first what people are told by, then the many parts that it explains.

When a whole data center fails, a few alerts of the bank, its products and their cells say it all, and thousands of its
DCNs say it again. The page must not wait until each of those is written.
"""

from __future__ import annotations

from collections.abc import Sequence

from alerts.model import AlertState, Level, Transition

MOST_AT_ONCE = 200
"""So many alerts of DCNs are folded with the others; more wait for the next step."""


def urgent(untold: Sequence[Transition]) -> list[Transition]:
    """What is folded first: everything, unless it is a storm of the present that firing alerts above the DCNs explain.

    What was replayed, and several changes of one alert, are told in the order of time: they are never taken apart.
    """
    if len(untold) <= MOST_AT_ONCE or any(each.replayed for each in untold):
        return list(untold)
    wide = [each for each in untold if each.state is AlertState.FIRING and each.key.subject.level is not Level.DCN]
    apart = len({each.key for each in untold}) == len(untold)
    if not wide or not apart or len(untold) - len(wide) <= MOST_AT_ONCE:
        return list(untold)
    return wide
