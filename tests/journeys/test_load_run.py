"""From Locust to the control center: a small run is undecided, sent with the token, and stands among the load runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def locust(url: str, result: Path) -> subprocess.CompletedProcess[str]:
    """Five borrowers for two seconds; they wait for answers, so that a busy machine only makes them fewer."""
    command = [sys.executable, "-m", "locust", "-f", str(ROOT / "loadtests" / "locustfile.py"), "--headless"]
    command += ["--only-summary", "-H", url, "-u", "5", "-r", "5", "-t", "2s", "-s", "4", "--result", str(result)]
    environment = {name: text for name, text in os.environ.items() if not name.startswith("LOCUST_")}
    return subprocess.run(
        command, cwd=result.parent, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def post(url: str, token: str, body: bytes) -> int:
    """Sends a result as CI does; the status."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=10) as answer:
        status: int = answer.status
        return status


def test_a_small_run_is_undecided_and_stands_among_the_load_runs(start: Callable[..., Any], tmp_path: Path) -> None:
    """Exit code 3; sent twice it is kept once; imported from its file it is known already."""
    demo = start("--no-history", "--scale", "0")
    demo.until_read()
    ended = locust(demo.truth_urls()["dc1"], tmp_path / "run.json")
    assert ended.returncode == 3, ended.stderr
    sent = (tmp_path / "run.json").read_bytes()
    result = json.loads(sent)
    assert result["verdict"] == "undecided"

    token = demo.command("load-runs", "token").stdout.strip()
    assert [post(f"{demo.url}/api/v1/load-runs", token, sent) for _ in range(2)] == [201, 200]
    imported = demo.command("load-runs", "import", str(tmp_path / "run.json"))
    assert imported.returncode == 0, imported.stderr

    (listed,) = demo.get("/api/v1/load-runs")["load_runs"]
    requests = result["counts"]["overall"]["requests"]
    assert (listed["run_id"], listed["verdict"]) == (result["run_id"], "undecided")
    assert (listed["requests"], listed["failures"]) == (requests, 0)
    assert requests >= 5
    assert demo.get(f"/api/v1/load-runs/{listed['run_id']}")["result"] == result
    assert demo.get("/api/v1/capacity")["proven_per_second"] is None
