"""A child that shows one reader many damaged files: ``python -m tests.hostile.attack READER CASES SEED``.

Prints one JSON document: how many cases were taken and refused, the slowest, what memory grew by, and every finding.
A process of its own, so that limits hold for the reader alone: memory is capped, and a case that computes for
``HANG_CPU_S`` is interrupted and told.
"""

from __future__ import annotations

import json
import random
import resource
import shutil
import signal
import sys
import time
import traceback
from types import FrameType
from typing import Any

from tests.hostile.mutating import Mutator
from tests.hostile.readers import READERS, Reader, scratch

HANG_CPU_S = 5.0
MOST_ADDRESS_SPACE = 4 << 30
MOST_FINDINGS = 12
WARM_UP = 200


class _Hangs(BaseException):
    """Nothing in a reader catches this."""


def main(name: str, cases: int, seed: int) -> dict[str, Any]:
    """Shows the reader so many files."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESS_SPACE, MOST_ADDRESS_SPACE))
    signal.signal(signal.SIGVTALRM, _interrupt)
    reader = READERS[name]
    mutator = Mutator(reader.seeds(), random.Random(f"{name} {seed}").getrandbits(64))
    findings: dict[str, str] = {}
    taken, slowest_s, begin_bytes = 0, 0.0, 0
    for content in reader.seeds():
        reader.ask(content)
    for number in range(cases):
        if number == min(WARM_UP, cases // 2):
            begin_bytes = _peak_bytes()
        content = mutator.next()
        begin_s = time.process_time()
        taken += _shown(reader, content, findings)
        slowest_s = max(slowest_s, time.process_time() - begin_s)
    shutil.rmtree(scratch(), ignore_errors=True)
    scratch.cache_clear()
    return {
        "reader": name, "cases": cases, "seed": seed, "taken": taken, "slowest_cpu_s": round(slowest_s, 3),
        "grown_bytes": _peak_bytes() - begin_bytes, "findings": findings,
    }  # fmt: skip


def _shown(reader: Reader, content: bytes, findings: dict[str, str]) -> bool:
    signal.setitimer(signal.ITIMER_VIRTUAL, HANG_CPU_S)
    try:
        return reader.ask(content)
    except reader.refusals:
        return False
    except (Exception, _Hangs) as fault:  # the outermost edge: whatever a reader does not document is a finding
        where = traceback.extract_tb(fault.__traceback__)[-1]
        ours = [each for each in traceback.extract_tb(fault.__traceback__) if "site-packages" not in each.filename][-1]
        place = f"{type(fault).__name__} at {ours.filename}:{ours.lineno} ({where.name})"
        if len(findings) < MOST_FINDINGS:
            findings.setdefault(place, f"{fault!s:.200} | {content[:300]!r}")
        return False
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise _Hangs


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))) + "\n")
