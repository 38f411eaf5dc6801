"""Each page has one script and one style sheet of its own, which a browser keeps for as long as they are what they
are."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from types import ModuleType

import pytest
from flask.testing import FlaskClient

from dashboard.bundles import own_files
from dashboard.factory import PAGES, create_dashboard
from dashboard.pages import availability, wall
from tests.dashboard.test_factory import ASSETS, SMALL


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    """Asks without a socket."""
    client: FlaskClient = create_dashboard(catalog=SMALL, demo=True).server.test_client()
    return client


def path_of(page: ModuleType) -> str:
    """An address that shows it."""
    return str(page.PATH).replace("<id>", "x")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__.rpartition(".")[2])
def test_a_page_asks_for_one_script_and_one_style_of_its_own(client: FlaskClient, page: ModuleType) -> None:
    """Beside Dash and what is vendored; both are there, compressed and plain the same, and stay."""
    document = client.get(path_of(page)).text
    asked = re.findall(r'(?:src|href)="(/(?:assets|_bundle)/[^"]+)"', document)
    bundles = [address for address in asked if address.startswith("/_bundle/")]
    assert [address.partition("?")[0].rpartition(".")[2] for address in bundles] == ["css", "js"]
    assert [address for address in asked if address not in bundles and "/vendor/" not in address] == []
    for address in bundles:
        plain, packed = client.get(address), client.get(address, headers={"Accept-Encoding": "gzip"})
        assert plain.status_code == 200
        assert "immutable" in plain.headers["Cache-Control"]
        assert gzip.decompress(packed.data) == plain.data
        known = client.get(address, headers={"If-None-Match": plain.headers["ETag"]})
        assert (known.status_code, known.data) == (304, b"")


def test_a_page_of_another_release_gets_what_is_there_and_does_not_keep_it(client: FlaskClient) -> None:
    """Behind a balancer both are served for a while."""
    now, before = client.get("/_bundle/wall.js"), client.get("/_bundle/wall.js?v=of-before")
    assert now.data == before.data != b""
    assert {now.headers["Cache-Control"], before.headers["Cache-Control"]} == {"no-cache"}
    for unknown in ("/_bundle/nothing.js", "/_bundle/wall.txt", "/_bundle/..%2ffactory.py"):
        assert client.get(unknown).status_code == 404


def test_scripts_of_the_head_stand_in_the_document(client: FlaskClient) -> None:
    """The theme is chosen before anything is painted, the matrix asked for before anything is loaded."""
    answer = client.get(path_of(availability))
    inline = re.findall(r'<script nonce="[\w-]+">(/\* .*?)</script>', answer.text.partition("</head>")[0], re.S)
    assert [name in text for name, text in zip(("LendingEarly", "LendingTheme"), inline, strict=True)] == [True, True]


def test_files_follow_each_other_as_their_page_wants_them(tmp_path: Path) -> None:
    """What a script builds on stands before it; what is changed has another address."""
    (tmp_path / "vendor").mkdir()
    for name in ("vendor/large.js", "wall_2_b.js", "wall_1_a.js", "theme_1.js", "wall.css", "costs_1.js"):
        (tmp_path / name).write_text(f"/*{name}*/", encoding="utf-8")
    made = own_files([wall], tmp_path)["wall"]
    text = made.script.content.raw.decode()
    assert re.findall(r"/\*([\w.]+)\*/", text) == ["wall_1_a.js", "wall_2_b.js"]
    assert (made.first, made.style.content.raw) == (("/*theme_1.js*/",), b"/* wall.css */\n/*wall.css*/")
    (tmp_path / "wall_2_b.js").write_text("other", encoding="utf-8")
    assert own_files([wall], tmp_path)["wall"].script.address != made.script.address


def test_no_script_of_the_head_can_close_its_element() -> None:
    """It would end in the middle."""
    for path in [*ASSETS.glob("theme_*.js"), *ASSETS.glob("early_*.js")]:
        assert "</script" not in path.read_text(encoding="utf-8").lower()
