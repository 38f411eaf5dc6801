"""What is refused about load runs.

LoadRunError
|- BadResult     a result file that cannot be believed; carries every defect
`- OtherResult   another result with an id that is known
"""

from __future__ import annotations

from collections.abc import Sequence

MOST_NAMED = 20


class LoadRunError(Exception):
    """Anything that is refused about load runs."""


class BadResult(LoadRunError):
    """``defects``: one line each, which field and what is wrong."""

    def __init__(self, defects: Sequence[str]) -> None:
        more = f"; and {len(defects) - MOST_NAMED} more" if len(defects) > MOST_NAMED else ""
        count = f"{len(defects)} defects: " if len(defects) > 1 else ""
        super().__init__(f"{count}{'; '.join(defects[:MOST_NAMED])}{more}")
        self.defects = tuple(defects)


class OtherResult(LoadRunError):
    """A run is posted twice with different contents: one of them is not what happened."""

    def __init__(self, run_id: str) -> None:
        super().__init__(
            f"run_id: {run_id!r} is known with other contents; a run has one result, give another run another id"
        )
