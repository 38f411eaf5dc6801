"""The document around the wall: language, headers, addresses, and the ids that both sides must share."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import dash
import flask
import pytest
from flask.testing import FlaskClient
from plotly.offline import get_plotlyjs_version

from dashboard.factory import PAGES, create_dashboard
from slo.catalog import Catalog, DataCenter, Product
from slo.objective import Objective
from slo.outcomes import OutcomeTable

ASSETS = Path(__file__).parents[2] / "dashboard" / "assets"
OBJECTIVE = Objective(Fraction(99_999, 100_000), "99.999")
SMALL = Catalog(
    "1",
    (Product("micro", {"zh": "微贷", "en": "Micro </script> loans"}, OBJECTIVE),),
    (DataCenter("dc1", {"zh": "一号", "en": "One"}), DataCenter("dc2", {"zh": "二号", "en": "Two"})),
    OutcomeTable("1", {}),
    OBJECTIVE,
    "Asia/Shanghai",
)
USED_ID = re.compile(r"""byId\("([^"]+)"\)""")


def register(server: flask.Flask) -> None:
    """A data route of its own."""
    server.add_url_rule("/api/v1/snapshot", "snapshot", lambda: {"sequence": 1})
    server.add_url_rule("/api/quiet", "quiet", lambda: flask.Response(status=304, headers={"ETag": '"1"'}))


@pytest.fixture
def app() -> dash.Dash:
    """A dashboard over a small catalog."""
    return create_dashboard(catalog=SMALL, demo=True, register=register)


@pytest.fixture
def client(app: dash.Dash) -> FlaskClient:
    """Asks without a socket."""
    client: FlaskClient = app.server.test_client()
    return client


def page_data(page: str) -> dict[str, Any]:
    """What the page tells its script."""
    found = re.search(r'<script [^>]*id="page-data" type="application/json">(.*?)</script>', page, re.S)
    assert found is not None
    data: dict[str, Any] = json.loads(found.group(1))
    return data


def ids_of(component: object) -> list[str]:
    """Every id in a layout as the browser receives it."""
    if isinstance(component, list):
        return [found for child in component for found in ids_of(child)]
    if not isinstance(component, dict):
        return []
    props = component["props"]
    own = [props["id"]] if "id" in props else []
    return own + ids_of(props.get("children"))


@pytest.mark.parametrize(
    ("address", "accepted", "tag", "title"),
    [
        ("/?lang=en", "zh-CN", "en", "Lending Control Center"),
        ("/?lang=zh-CN&kiosk=1", "en", "zh-CN", "贷款业务控制中心"),
        ("/", "en-US,en;q=0.9", "en", "Lending Control Center"),
        ("/", None, "zh-CN", "贷款业务控制中心"),
    ],
)
def test_the_document_speaks_the_language_of_the_viewer(
    client: FlaskClient, address: str, accepted: str | None, tag: str, title: str
) -> None:
    """Title, lang attribute and the script's words agree."""
    page = client.get(address, headers={"Accept-Language": accepted} if accepted else {}).text
    assert f'<html lang="{tag}" ' in page
    assert f"<title>{title}</title>" in page
    assert page_data(page)["tag"] == tag
    assert page_data(page)["messages"]["page.title"] == title


def test_the_layout_follows_the_page_that_asked_for_it(client: FlaskClient) -> None:
    """Dash fetches the layout without the page's query."""
    english = client.get("/_dash-layout", headers={"Referer": "http://wall/?kiosk=1&lang=en", "Accept-Language": "zh"})
    chinese = client.get("/_dash-layout", headers={"Referer": "http://wall/?lang=zh", "Accept-Language": "en"})
    browser = client.get("/_dash-layout", headers={"Accept-Language": "en"})
    assert english.get_json()["props"]["lang"] == "en"
    assert chinese.get_json()["props"]["lang"] == "zh-CN"
    assert browser.get_json()["props"]["lang"] == "en"


def test_every_id_that_the_script_paints_is_in_the_page(client: FlaskClient) -> None:
    """A renamed id would silently stop being painted."""
    present = set(ids_of(client.get("/_dash-layout").get_json()))
    present |= set(re.findall(r'id="([^"]+)"', client.get("/").text))
    scripts = "".join(path.read_text(encoding="utf-8") for path in ASSETS.glob("wall_*.js"))
    used = {name for name in USED_ID.findall(scripts) if not name.endswith("/")}
    assert used - present == set()


def test_no_id_is_given_twice(client: FlaskClient) -> None:
    """The second of two would never be painted."""
    ids = ids_of(client.get("/_dash-layout").get_json())
    assert len(ids) == len(set(ids))


def test_opening_pages_again_registers_nothing(client: FlaskClient) -> None:
    """Layouts that register callbacks grow the server with every viewer."""
    before = client.get("/_dash-dependencies").get_json()
    for _ in range(3):
        client.get("/")
        client.get("/_dash-layout")
    assert client.get("/_dash-dependencies").get_json() == before == []


def test_names_cannot_close_the_script_that_carries_them(client: FlaskClient) -> None:
    """Names are data: they may hold anything."""
    page = client.get("/?lang=en").text
    assert page_data(page)["products"] == ["micro"]
    assert "Micro </script>" not in page


def test_an_unknown_address_is_refused_and_data_routes_are_not(client: FlaskClient) -> None:
    """Dash would answer every address with its page and 200."""
    missing = client.get("/no-such-page", headers={"Accept-Language": "en"})
    assert (missing.status_code, "There is no such page" in missing.text) == (404, True)
    assert client.get("/").status_code == 200
    assert client.get("/api/v1/snapshot").get_json() == {"sequence": 1}


def test_every_answer_carries_the_security_headers(client: FlaskClient) -> None:
    """Scripts run from our own files alone; nobody else frames the wall."""
    for address in ("/", "/api/v1/snapshot", "/_dash-layout", "/no-such-page"):
        headers = client.get(address).headers
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy["frame-ancestors"] == policy["connect-src"] == "'self'"
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_every_script_of_a_page_carries_the_nonce_of_its_answer(client: FlaskClient) -> None:
    """Made anew each time, so that nobody who saw one page can bring a script into another."""
    seen = set()
    for page in (*PAGES, *PAGES[:3]):
        answer = client.get(page.PATH.replace("<id>", "x"))
        scripts = re.findall(r"<script([^>]*)>", answer.text)
        nonces = {re.fullmatch(r' nonce="([\w-]{24})".*', each, re.S)[1] for each in scripts}  # type: ignore[index]
        (nonce,) = nonces
        policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
        assert policy["script-src"] == f"'self' 'nonce-{nonce}'"
        seen.add(nonce)
    assert len(seen) == len(PAGES) + 3
    other = client.get("/api/v1/snapshot").headers["Content-Security-Policy"]
    assert "script-src 'self';" in other


def test_the_demo_label_is_there_only_in_a_demo(client: FlaskClient) -> None:
    """A real estate is not called DEMO."""
    real = create_dashboard(catalog=SMALL, demo=False).server.test_client()
    assert "badge-demo" in client.get("/_dash-layout").text
    assert "badge-demo" not in real.get("/_dash-layout").text


def test_scripts_travel_compressed_and_stay_in_the_browser(client: FlaskClient) -> None:
    """The plotting bundle is 1.2 MB as it is, a third of that on the wire."""
    page = client.get("/").text
    bundle = next(address for address in re.findall(r'src="([^"]+)"', page) if "plotly-basic" in address)
    with client.get(bundle, headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(answer.data) < 450_000
        assert "max-age=86400" in answer.headers["Cache-Control"]


def test_the_wall_waits_for_no_plotting_bundle(client: FlaskClient) -> None:
    """Its script asks for the bundle once figures stand; pages that are about charts load it at once."""
    wall, incident = client.get("/").text, client.get("/incidents/1").text
    bundle = r'<script nonce="[^"]*" (type="text/plain" data-late )?src="[^"]*plotly-basic[^"]*">'
    assert [found[1] is not None for found in re.finditer(bundle, wall)] == [True]
    assert [found[1] is not None for found in re.finditer(bundle, incident)] == [False]
    assert "validation_layout" not in wall


def test_nothing_is_loaded_from_elsewhere(client: FlaskClient) -> None:
    """A wall works in a network without an exit."""
    page = client.get("/").text
    assert re.findall(r'(?:src|href)="(?:https?:)?//[^"]*"', page) == []


def test_the_vendored_bundle_is_the_version_of_the_installed_plotly() -> None:
    """dcc.Graph and the wall must speak to the same plotly.js."""
    version = get_plotlyjs_version()
    bundle = ASSETS / "vendor" / f"plotly-basic-{version}.min.js"
    assert f"plotly.js (basic - minified) v{version}" in bundle.read_text(encoding="utf-8")[:200]
    assert (ASSETS / "vendor" / f"plotly-locale-zh-cn-{version}.js").exists()
    assert "MIT" in (ASSETS / "vendor" / "plotly-LICENSE.txt").read_text(encoding="utf-8")


def test_every_page_has_the_same_face() -> None:
    """Menu, routing and guards rely on these names."""
    for page in PAGES:
        assert page.PATH.startswith("/")
        assert {"TITLE", "Ids", "layout", "register_callbacks"} <= set(vars(page))


@pytest.mark.parametrize("path", [*ASSETS.glob("wall_*.js")], ids=lambda path: path.name)
def test_scripts_stay_short(path: Path) -> None:
    """Files stay under 400 lines."""
    assert len(path.read_text(encoding="utf-8").splitlines()) < 400


def test_an_answer_that_nothing_changed_carries_no_headers_of_a_page(client: FlaskClient) -> None:
    """A quiet tick of a wall stays below 200 bytes; the kept answer has them."""
    seen = client.get("/api/quiet", headers={"If-None-Match": '"1"'})
    assert seen.status_code == 304
    assert not {"Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options"} & set(seen.headers.keys())
