"""The demo as everybody runs it, with one webhook more: started, broken on purpose, watched, ended."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import yaml

from store.opening import open_store
from store.port import Store

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN_S = 300
SECRET = "BENCHMARK_WEBHOOK_KEY"  # noqa: S105  (the name of a variable)


@dataclass(frozen=True, slots=True)
class Demo:
    """``centers``: base address of each data center; ``pid``: of the demo, parent of all its processes."""

    url: str
    centers: dict[str, str]
    data: Path
    store: Store
    pid: int

    def snapshot(self) -> dict[str, Any]:
        """What the wall shows."""
        content: dict[str, Any] = _asked(f"{self.url}/api/v1/snapshot")
        return content

    def fresh(self, center: str) -> bool:
        """Whether a data center is being read."""
        return any(each["id"] == center and each["state"] == "fresh" for each in self.snapshot()["sources"])

    def fail(self, center: str, seconds: float, **where: object) -> None:
        """Makes a share (all, unless told otherwise) of the requests of a data center fail from now on."""
        body = {"kind": "error_share", "share": 1.0, "seconds": seconds, **where}
        _asked(f"{self.centers[center]}/faults", json.dumps(body).encode())

    def heal(self) -> None:
        """Ends all faults."""
        for url in self.centers.values():
            request = urllib.request.Request(f"{url}/faults", method="DELETE")
            with urllib.request.urlopen(request, timeout=5):
                pass

    def kill(self, center: str) -> None:
        """kill -9 of the process of a data center; the demo starts it again after five seconds."""
        for process in psutil.Process(self.pid).children():
            if _is_of(process, center):
                process.send_signal(signal.SIGKILL)
                return
        raise SystemExit(f"{center} does not run")

    def cpu_s(self) -> dict[str, float]:
        """Processor time of each process of the demo so far, by its first words."""
        found: dict[str, float] = {}
        for process in psutil.Process(self.pid).children():
            times, words = process.cpu_times(), process.cmdline()[2:3]
            name = words[0] if words else "?"
            found[name] = found.get(name, 0.0) + times.user + times.system
        return found


@contextmanager
def running(folder: Path, door_url: str, history_days: int) -> Iterator[Demo]:
    """A demo that is read and judged, with a past of a few days, telling the door of every page."""
    config = _configuration(folder, door_url)
    data = folder / "data"
    line = [sys.executable, str(ROOT / "app.py"), "--port", "0", "--data", str(data), "--config", str(config)]
    line += ["--history", str(history_days)]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # else a benchmark that is ended leaves the demo behind
    with (
        (folder / "demo.log").open("w+", encoding="utf-8") as log,
        subprocess.Popen(line, stdout=log, stderr=log, env={**os.environ, SECRET: "of the benchmark"}) as process,
    ):
        try:
            yield _ready(process, data, folder / "demo.log")
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=30)
            finally:
                process.kill()


def _configuration(folder: Path, door_url: str) -> Path:
    """What ships, and the webhook."""
    shutil.copytree(ROOT / "config", folder / "config")
    path = folder / "config" / "control-center.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    channel = {"id": "door", "kind": "webhook", "url": f"{door_url}/ours", "secret_env": SECRET, "severity": "page"}
    content["notify"]["channels"] = [{**channel, "burst": 1000, "per_minute": 6000}]
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


def _ready(process: subprocess.Popen[bytes], data: Path, log: Path) -> Demo:
    deadline = time.monotonic() + READY_WITHIN_S
    made: Demo | None = None
    while True:
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"the demo did not get ready: {log.read_text(encoding='utf-8')[-500:]}")
        time.sleep(0.5)
        words = log.read_text(encoding="utf-8")
        if made is None and "Ctrl-C" in words:
            made = _found(process.pid, data)
        if made is not None and "100 % of the simulated past" in words and all(map(made.fresh, made.centers)):
            return made


def _found(pid: int, data: Path) -> Demo:
    content = yaml.safe_load((data / "control-center.yaml").read_text(encoding="utf-8"))
    url = f"http://127.0.0.1:{content['server']['port']}"
    return Demo(url, content["truth"], data, open_store(data / "store.sqlite", "Asia/Shanghai"), pid)


def _is_of(process: psutil.Process, center: str) -> bool:
    words = process.cmdline()
    return "--data-center" in words and words[words.index("--data-center") + 1] == center


def _asked(url: str, body: bytes | None = None) -> Any:
    request = urllib.request.Request(url, data=body)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        raise SystemExit(f"{url}: {error} {error.read().decode()}") from error
