"""`check` and `collect --once` reach probes."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from commands import collect
from commands.errors import CommandError
from commands.options import Configuration, configuration
from commands.probing import probe_signs, targets
from commands.signs import Health
from slo.states import SliceState
from store.opening import open_store
from store.probes import tls_days_left

ROOT = Path(__file__).resolve().parent.parent.parent


class Target(BaseHTTPRequestHandler):
    """Well on /healthz, not there elsewhere."""

    def do_GET(self) -> None:
        """Two answers."""
        self.send_response(200 if self.path == "/healthz" else 503)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


@pytest.fixture
def url() -> Iterator[str]:
    """Address of a service."""
    with HTTPServer(("127.0.0.1", 0), Target) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def chosen(tmp_path: Path, *probes: str) -> Configuration:
    """A configuration with these probes."""
    path = tmp_path / "control-center.yaml"
    lines = [
        f"data: {tmp_path}",
        f"catalog: {ROOT}/config/catalog.yaml",
        'sources: [{id: dc1, kind: exposition, data_center: dc1, url: "http://127.0.0.1:1/metrics"}]',
        "probes:",
        *(f"  - {{{probe}}}" for probe in probes),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return configuration(argparse.Namespace(config=path, data=tmp_path))


def test_check_names_every_probe_that_is_not_good(tmp_path: Path, url: str) -> None:
    """And says ok of the others; nothing is stored."""
    config = chosen(tmp_path, f'id: a, url: "{url}/healthz"', f'id: b, url: "{url}/gone"', f'id: c, url: "{url}/x"')
    good, *bad = probe_signs(config, 0)
    assert good.line().startswith("ok      probe a from here: ")
    assert [(sign.health, sign.text) for sign in bad] == [
        (Health.ERROR, "probe b from here: bad: status: 503 Service Unavailable"),
        (Health.ERROR, "probe c from here: bad: status: 503 Service Unavailable"),
    ]


def test_collect_once_stores_what_probes_found(tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """From the named vantage point alone; exit 1 when one is not good."""
    config = chosen(tmp_path, f'id: a, url: "{url}/x", vantage: east', f'id: a, url: "{url}/healthz", vantage: west')
    common = {"config": config.path, "data": tmp_path, "once": True, "owner": None, "probes_only": True}
    assert collect.run(argparse.Namespace(**common, vantage=["west"])) == 0
    assert collect.run(argparse.Namespace(**common, vantage=[])) == 1
    assert "a from east  status: 503 Service Unavailable" in capsys.readouterr().out
    store = open_store(config.store, config.catalog.zone, read_only=True)
    with store.reading() as reader:
        last = {status.probe.vantage: status.last for status in reader.probes().statuses()}
    store.close()
    assert {vantage: result.state for vantage, result in last.items() if result} == {
        "east": SliceState.BAD,
        "west": SliceState.GOOD,
    }


def test_an_unknown_vantage_point_is_refused(tmp_path: Path) -> None:
    """With those that there are."""
    config = chosen(tmp_path, 'id: a, url: "http://127.0.0.1:1/"')
    with pytest.raises(CommandError, match=r"--vantage moon: no probe of .* runs from there; known: here"):
        targets(config, ["moon"])


@pytest.mark.parametrize(("field", "word"), [("product", "product"), ("data_center", "data center")])
def test_a_probe_of_something_unknown_is_refused(tmp_path: Path, field: str, word: str) -> None:
    """The catalog says what there is."""
    with pytest.raises(CommandError, match=f"probes: a: no {word} 'moon' in the catalog; known: "):
        chosen(tmp_path, f'id: a, url: "http://127.0.0.1:1/", {field}: moon')


def test_a_ca_file_is_relative_to_the_configuration(tmp_path: Path) -> None:
    """As the catalog is."""
    config = chosen(tmp_path, 'id: a, url: "https://127.0.0.1:1/", ca_file: our.pem, expect_text: ok')
    (target,) = targets(config)
    assert (target.ca_file, target.expect_text) == (str(tmp_path / "our.pem"), "ok")


def test_days_left_are_whole_and_go_below_zero() -> None:
    """Truncated downwards; unknown is None."""
    day = 86_400
    assert [tls_days_left(s, day * 1000) for s in (day * 3 - 1, day * 2, day - 1, None)] == [1, 1, -1, None]
