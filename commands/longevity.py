"""What a process that runs for weeks does once, when it has started."""

from __future__ import annotations

import gc


def settle() -> None:
    """Takes everything that was imported out of the garbage collector's rounds: walking through all of it holds up a
    commit or an answer for 70 ms now and then, and none of it ever goes away."""
    gc.collect()
    gc.freeze()
