"""What viewers of the wall cost: `python -m benchmarks.viewers [--viewers 3000] [--every 5] [--seconds 20]`.

Bytes on the wire of a quiet tick (304) and of a busy one; CPU of the server for one viewer's refresh beside a naive
Dash callback that sends the whole figure, in the same run; then so many viewers, each on a connection of its own,
against one server process. Exits 1 when a bar is missed. Wall time says as much about other work on the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import resource
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import dash
import flask
from dash import Input, Output, dcc, html
from plotly import graph_objects

from benchmarks.frame import CENTERS, PRODUCTS, Live, catalog
from commands.longevity import settle
from dashboard.factory import create_dashboard
from dashboard.publisher import Publisher
from dashboard.routes import register_routes
from dashboard.server import serve
from dashboard.snapshot import Setting
from slo.states import StatePolicy
from slo.windows import SHANGHAI
from store.opening import open_store

MOST_CPU_MS, MOST_P99_MS, MOST_QUIET_BYTES, MOST_BUSY_BYTES = 0.3, 250.0, 200, 4096
ROUNDS = 2000
NAIVE_ROUNDS = 20
LIVE_SECONDS = 90
MOST_TRIES = 20
SNAPSHOT = "/api/v1/snapshot"


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure with its unit and the bar that it has to keep; None: told without one."""

    name: str
    value: float
    unit: str
    most: float | None = None

    @property
    def missed(self) -> bool:
        """Whether there is a bar, and it was not kept."""
        return self.most is not None and self.value > self.most

    def __str__(self) -> str:
        bar = "" if self.most is None else f" (bar {self.most:g}){'  MISSED' if self.missed else ''}"
        return f"{self.name:44} {self.value:10.3f} {self.unit:6}{bar}"


def exit_code(found: list[Measured]) -> int:
    """1 when any bar was missed."""
    return int(any(each.missed for each in found))


def main() -> int:
    """Prints what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--viewers", type=int, default=3000)
    parser.add_argument("--every", type=float, default=5.0, help="seconds between two questions of a viewer")
    parser.add_argument("--seconds", type=float, default=20.0)
    args = parser.parse_args()
    allow_connections(args.viewers)
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=served, args=(theirs,), daemon=True)
    server.start()
    try:
        port, cpu_ms, quiet_ms = ours.recv()
        found = [Measured("CPU of a refresh, changed (200)", cpu_ms, "ms", MOST_CPU_MS),
                 Measured("CPU of a refresh, unchanged (304)", quiet_ms, "ms", MOST_CPU_MS)]  # fmt: skip
        found += asyncio.run(wire(port))
        before = ours_cpu(ours)
        spent = asyncio.run(crowd(port, args.viewers, args.every, args.seconds))
        used = (ours_cpu(ours) - before) / max(1, len(spent)) * 1000
        found.append(Measured("CPU of the process per refresh, all included", used, "ms"))
        found.append(Measured(f"p99 of {args.viewers} viewers, {len(spent)} answers", p99(spent), "ms", MOST_P99_MS))
    finally:
        ours.send("stop")
        server.join(10)
    for each in found:
        print(each)
    print(f"{'median of the same':44} {statistics.median(spent) * 1000:10.3f} ms")
    print(f"{'naive Dash callback, the same figures':44} {naive_ms():10.3f} ms")
    return exit_code(found)


def allow_connections(viewers: int) -> None:
    """As many open files as viewers need."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = viewers + 200
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if hard < 0 else min(hard, wanted), hard))


def ours_cpu(server: Connection) -> float:
    """CPU seconds of the server so far."""
    server.send("cpu")
    return float(server.recv())


def served(control: Connection) -> None:
    """The server's process: the whole application over a store of six live data centers."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "viewers.db", SHANGHAI, upgrade=True)
        live = Live(store, (int(time.time()) - LIVE_SECONDS) * 1000)
        for _ in range(LIVE_SECONDS):
            live.second()
        publisher = Publisher(store, Setting(catalog(), StatePolicy(), True, "bench"))
        publisher.publish_if_due()
        app = create_dashboard(catalog=catalog(), demo=True, register=lambda server: register_routes(server, publisher))
        tag = publisher.frame.document.etag if publisher.frame else ""
        costs = cpu_of(app.server, {"Accept-Encoding": "gzip"}), cpu_of(app.server, {"If-None-Match": tag})
        stop = threading.Event()
        threading.Thread(target=obey, args=(control, stop), daemon=True).start()
        publisher.start()
        settle()  # as a server does when it has started
        serve(app.server, "127.0.0.1", 0, stop, on_bound=lambda url: control.send((port_of(url), *costs)))
        publisher.stop()
        store.close()


def port_of(url: str) -> int:
    """Of an address with a slash at its end."""
    return int(url.rstrip("/").rpartition(":")[2])


def obey(control: Connection, stop: threading.Event) -> None:
    """Answers with the CPU time until it is told to stop."""
    while control.recv() == "cpu":
        control.send(time.process_time())
    stop.set()


def cpu_of(app: flask.Flask, headers: dict[str, str]) -> float:
    """Median CPU milliseconds of the application for one question."""
    environ = app.test_request_context(SNAPSHOT, headers=headers).request.environ
    spent = []
    for _ in range(ROUNDS):
        begun = time.thread_time_ns()
        b"".join(app.wsgi_app(dict(environ), lambda *_: lambda _b: None))
        spent.append((time.thread_time_ns() - begun) / 1e6)
    return statistics.median(spent)


def naive_ms() -> float:
    """Median CPU milliseconds of a callback that builds and sends the same figures as Plotly and Dash make them."""
    app = dash.Dash("naive", add_log_handler=False)
    app.layout = html.Div([dcc.Graph(id="g"), html.Div(id="t"), dcc.Interval(id="i")])
    minutes = list(range(1440))

    @app.callback(Output("g", "figure"), Output("t", "children"), Input("i", "n_intervals"))
    def refresh(_: int) -> tuple[graph_objects.Figure, html.Table]:
        lines = [graph_objects.Scatter(x=minutes, y=[n * 7 % 9999 for n in minutes], name=day) for day in "abc"]
        rows = [html.Tr([html.Td("99.99912"), *(html.Td("123") for _ in CENTERS)]) for _ in PRODUCTS]
        return graph_objects.Figure(lines), html.Table(rows)

    del refresh
    client = app.server.test_client()
    changed = {"output": "..g.figure...t.children..", "inputs": [{"id": "i", "property": "n_intervals", "value": 1}],
               "outputs": [{"id": "g", "property": "figure"}, {"id": "t", "property": "children"}],
               "changedPropIds": ["i.n_intervals"]}  # fmt: skip
    spent = []
    for _ in range(NAIVE_ROUNDS):
        begun = time.process_time_ns()
        answer = client.post("/_dash-update-component", data=json.dumps(changed), content_type="application/json")
        spent.append((time.process_time_ns() - begun) / 1e6)
        if answer.status_code != 200:
            raise SystemExit(f"the naive callback answered {answer.status_code}")
    return statistics.median(spent)


async def wire(port: int) -> list[Measured]:
    """Bytes of a busy tick, head and body, and of a quiet one that asks within the same frame."""
    viewer = Viewer(port)
    for _ in range(50):
        viewer.forget()
        busy = await viewer.ask_again()
        quiet = await viewer.ask_again()
        if viewer.status == 304:
            break
    viewer.close()
    return [Measured("busy tick on the wire", busy, "bytes", MOST_BUSY_BYTES),
            Measured("quiet tick on the wire", quiet, "bytes", MOST_QUIET_BYTES)]  # fmt: skip


class Viewer:
    """One connection that is kept, as a browser does."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._tag = ""
        self.status = 0

    async def ask(self) -> int:
        """Bytes of the answer."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        known = f"If-None-Match: {self._tag}\r\n" if self._tag else ""
        writer.write(f"GET {SNAPSHOT} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n{known}\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        fields = {n.lower(): v for n, v in (line.split(": ", 1) for line in head.decode().split("\r\n")[1:] if line)}
        self.status, self._tag = int(head.split()[1]), fields.get("etag", "")
        body = int(fields.get("content-length", 0)) if self.status != 304 else 0
        await reader.readexactly(body)
        return len(head) + body

    async def ask_again(self) -> int:
        """The same over a new connection where the server ended the last one, as a browser does; the wait counts."""
        for _ in range(MOST_TRIES):
            try:
                return await self.ask()
            except (ConnectionError, asyncio.IncompleteReadError):
                self.close()
                self._streams = None
        raise SystemExit(f"the server ended {MOST_TRIES} connections of one viewer")

    def forget(self) -> None:
        """Asks next as one who has no reading yet: the answer is a whole one."""
        self._tag = ""

    def close(self) -> None:
        """Ends the connection."""
        if self._streams is not None:
            self._streams[1].close()


async def crowd(port: int, viewers: int, every: float, seconds: float) -> list[float]:
    """Seconds of every answer; the first of each, which connects, is left out."""
    spent: list[float] = []
    end = time.monotonic() + every + seconds

    async def look(number: int) -> None:
        viewer = Viewer(port)
        await asyncio.sleep(every * number / viewers)
        await viewer.ask_again()
        due = time.monotonic() + every
        while due < end:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            begun = time.monotonic()
            await viewer.ask_again()
            spent.append(time.monotonic() - begun)
            due += every
        viewer.close()

    await asyncio.gather(*(look(number) for number in range(viewers)))
    return spent


def p99(spent: list[float]) -> float:
    """Milliseconds, nearest rank."""
    return sorted(spent)[-(-len(spent) * 99 // 100) - 1] * 1000


if __name__ == "__main__":
    sys.exit(main())
