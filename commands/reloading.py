"""A new configuration for a process that runs: on SIGHUP, validated whole, taken over between two ticks or not at all.

A configuration with a defect, or one that would change what cannot change at run time, is refused: a line in the log
for each reason, and the old one goes on. Both outcomes are in the audit log and in the process's own metrics.
"""

from __future__ import annotations

import logging
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import FrameType

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from collectors.errors import CollectorError
from commands.auditing import digests
from commands.children import APP
from commands.errors import CommandError, refusing
from commands.logs import hide_configured
from commands.options import Configuration
from commands.version import VERSION
from settings import catalog_path
from store.audit import ITSELF, audited
from store.errors import StoreError
from store.journal import Change
from store.port import Store

LOG = logging.getLogger(__name__)
ACTION = "configuration.load"
FIXED = ("store", "data", "server", "access", "lease", "demo")
"""Sections that only a restart changes."""
MOST_TOLD = 20
"""Reasons of one refusal in the audit log; all of them are in the log of the process."""
LOADER = "load-anew"
LOAD_WITHIN_S = 120.0


class ReloadRefused(Exception):
    """A configuration that is not taken over; ``reasons``: one line each."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("; ".join(self.reasons))


def hangup_event() -> threading.Event:
    """An event that SIGHUP sets, from now on; only in the main thread. Until then SIGHUP ends the process."""
    event = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        event.set()

    signal.signal(signal.SIGHUP, ask)
    return event


@dataclass(slots=True)
class Loads:
    """What became of configurations so far; written by one thread. ``loaded_s``: when the present one was taken over,
    seconds since the epoch."""

    loaded_s: float
    applied: int = 0
    refused: int = 0
    last_refused: bool = False


class Reloader:
    """Waits for SIGHUP in a thread of its own. ``part`` names the process in the audit log; ``apply`` takes over a
    configuration that holds, and raises CommandError when it cannot, with nothing changed."""

    def __init__(
        self,
        chosen: Configuration,
        store: Store,
        part: str,
        hangup: threading.Event,
        apply: Callable[[Configuration], None],
    ) -> None:
        self.loads = Loads(time.time())
        self._chosen = chosen
        self._store = store
        self._part = part
        self._hangup = hangup
        self._apply = apply
        self._files = digests(chosen)
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="reload", daemon=True)

    def __enter__(self) -> Reloader:
        """Begins to wait."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Waits no longer; a configuration that is being taken over is taken over."""
        self._ending = True
        self._hangup.set()
        self._thread.join()

    def reload(self) -> bool:
        """Takes over what the files say now; False when that is refused."""
        try:
            chosen = reloaded(self._chosen)
            with refusing(CollectorError):
                self._apply(chosen)
        except ReloadRefused as refused:
            return self._refused(refused.reasons)
        except CommandError as refusal:
            return self._refused((str(refusal),))
        files = digests(chosen)
        changed = [*sections_changed(self._chosen, chosen), *files_changed(self._files, files)]
        self._chosen, self._files = chosen, files
        self.loads.loaded_s, self.loads.last_refused = time.time(), False
        self.loads.applied += 1
        hide_configured(chosen.settings.model_dump())
        LOG.info("configuration %s taken over; changed: %s", chosen.path, ", ".join(changed) or "nothing")
        self._keep("taken over", chosen, changed=changed)
        return True

    def _run(self) -> None:
        while True:
            self._hangup.wait()
            self._hangup.clear()
            if self._ending:
                return
            try:
                self.reload()
            except Exception as defect:  # the outermost edge of a thread: a defect must not end what runs beside it
                LOG.exception("configuration not taken over by a defect")
                self._refused((f"defect: {type(defect).__name__}",))

    def _refused(self, reasons: Iterable[str]) -> bool:
        told = tuple(reasons)
        for reason in told:
            LOG.error("configuration not taken over, the old one goes on: %s", reason)
        self.loads.refused += 1
        self.loads.last_refused = True
        self._keep("refused", self._chosen, reasons=list(told[:MOST_TOLD]), defects=len(told))
        return False

    def _keep(self, outcome: str, chosen: Configuration, **detail: object) -> None:
        """A row of the audit log; what cannot be written is in the process's log at least."""
        said = {"part": self._part, "outcome": outcome, "build": VERSION, "sha256": self._files, **detail}
        act = audited(time.time_ns() // 1_000_000, ITSELF, ACTION, str(chosen.path), **said)
        try:
            self._store.write(Change(audit=(act,)))
        except StoreError as fault:
            LOG.warning("not in the audit log that the configuration was %s: %s", outcome, fault)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a process of its own made of the files: a configuration, or one line for each defect."""

    chosen: Configuration | None
    faults: tuple[str, ...] = ()


def reloaded(running: Configuration) -> Configuration:
    """What the files of a running configuration say now. Raises ReloadRefused with every reason.

    Read and checked in a process of its own: half a second of work on files would delay reads of this one.
    """
    line = [sys.executable, str(APP), LOADER, "--config", str(running.path), "--data", str(running.data)]
    try:
        run = subprocess.run(line, capture_output=True, timeout=LOAD_WITHIN_S, check=True)
        loaded = pickle.loads(run.stdout)  # noqa: S301 - written by our own program, through a pipe
    except subprocess.CalledProcessError as ended:
        said = ended.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise ReloadRefused(
            (f"{running.path}: cannot be loaded: {said or f'exit code {ended.returncode}'}",)
        ) from ended
    except (OSError, subprocess.TimeoutExpired, pickle.UnpicklingError) as fault:
        raise ReloadRefused((f"{running.path}: cannot be loaded: {fault}",)) from fault
    if not isinstance(loaded, Loaded) or loaded.chosen is None:
        raise ReloadRefused(loaded.faults)
    faults = [*fixed_changes(running, loaded.chosen), *loaded.faults]
    if faults:
        raise ReloadRefused(faults)
    return loaded.chosen


def fixed_changes(running: Configuration, chosen: Configuration) -> Iterator[str]:
    """What would change and cannot at run time, one line each."""
    for name in FIXED:
        if getattr(running.settings, name) != getattr(chosen.settings, name):
            yield f"{chosen.path}: {name}: cannot change while the process runs; restart it, or put the old value back"
    before, after = running.catalog.zone, chosen.catalog.zone
    if before != after:
        path = catalog_path(chosen.path, chosen.settings)
        yield f"{path}: time_zone: cannot change from {before} to {after}: the days of the store begin at its midnights"


def sections_changed(before: Configuration, after: Configuration) -> list[str]:
    """Sections of the main file that differ between two configurations."""
    sections = type(before.settings).model_fields
    return [name for name in sections if getattr(before.settings, name) != getattr(after.settings, name)]


def files_changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Names of files beside the main one (the first) that came, went or changed."""
    main = next(iter(after))
    return sorted(name for name in before.keys() | after.keys() if name != main and before.get(name) != after.get(name))


class LoadsCollector(Collector):
    """When the present configuration was taken over, and what became of all of them."""

    def __init__(self, loads: Loads) -> None:
        self._loads = loads

    def collect(self) -> Iterable[Metric]:
        """Three families."""
        loads = self._loads
        yield GaugeMetricFamily(
            "control_center_configuration_loaded_timestamp_seconds",
            "When the present configuration was taken over.",
            value=loads.loaded_s,
        )
        yield GaugeMetricFamily(
            "control_center_configuration_failed",
            "1 while the files are not what runs: the newest reload was refused.",
            value=float(loads.last_refused),
        )
        reloads = CounterMetricFamily(
            "control_center_configuration_reloads", "Reloads by what became of them.", labels=["outcome"]
        )
        reloads.add_metric(["taken over"], loads.applied)
        reloads.add_metric(["refused"], loads.refused)
        yield reloads
