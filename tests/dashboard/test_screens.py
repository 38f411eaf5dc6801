"""An address finds its page, a page its own files, and the renderer the layout of its page."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from dashboard.access.forms import STYLE
from dashboard.factory import PAGES, create_dashboard
from dashboard.pages import alerts, incident, incidents, objective, wall
from dashboard.screens import Screen, assets_of, files_of, page_at, with_layout_of
from tests.dashboard.test_factory import ASSETS, SMALL, ids_of

TAGS = """<script src="/react.js"></script>
<script src="/assets/alerts_1_rows.js?m=1"></script>
<script src="/assets/wall_1_words.js?m=1"></script>
<script src="/assets/wall_6_run.js?m=1"></script>
<script src="/assets/vendor/plotly-basic-4.1.1.min.js?m=1"></script>"""


@pytest.fixture
def client() -> FlaskClient:
    """Asks without a socket."""
    client: FlaskClient = create_dashboard(catalog=SMALL, demo=True).server.test_client()
    return client


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/", wall),
        ("/alerts", alerts),
        ("/incidents", incidents),
        ("/incidents/20261121-234055-weilidai", incident),
        ("/slo/bank-availability", objective),
        ("/incidents/", None),
        ("/incidents/one/two", None),
        ("/alerts/", None),
        ("/alert", None),
    ],
)
def test_an_address_shows_one_page_or_none(path: str, page: object) -> None:
    """``<id>`` stands for one part of an address."""
    assert page_at(PAGES, path) is page


def test_a_page_keeps_of_the_assets_what_its_bundle_does_not_hold() -> None:
    """What is not of the assets folder stays in front, as it was."""
    found = {page: re.findall(r'src="([^"?]+)', assets_of(page, TAGS)) for page in (alerts, incident)}
    assert found[alerts] == ["/react.js"]
    assert found[incident] == ["/react.js", "/assets/vendor/plotly-basic-4.1.1.min.js"]


def test_a_page_has_its_own_files_in_its_own_order() -> None:
    names = ["alerts_1_rows.js", "wall_1_words.js", "wall_6_run.js", "incidents_1_list.js"]
    assert files_of(alerts, names) == ["wall_1_words.js", "alerts_1_rows.js"]


def test_every_file_of_the_assets_folder_belongs_to_a_page() -> None:
    """A script that no page names would never run. The login is no page of Dash and names its style itself."""
    names = [str(path.relative_to(ASSETS)) for path in ASSETS.rglob("*") if path.suffix in (".js", ".css")]
    prefixes = {prefix for page in PAGES for prefix in page.ASSETS} | {STYLE.rpartition("/")[2]}
    assert [name for name in names if not name.startswith(tuple(prefixes))] == []


def test_the_renderer_asks_for_the_layout_of_its_page_whatever_the_referer(client: FlaskClient) -> None:
    """Some browsers keep back where a request comes from."""
    for path, language, title in (("/alerts", "en", "Alerts"), ("/slo", "zh", "目标")):
        page = client.get(f"{path}?lang={language}").text
        prefix = re.search(r'"requests_pathname_prefix":"([^"]+)"', page)
        assert prefix is not None
        layout = client.get(f"{prefix[1]}_dash-layout", headers={"Referer": "http://elsewhere/"}).get_json()
        assert layout["props"]["lang"] == {"en": "en", "zh": "zh-CN"}[language]
        assert title in str(layout)
        assert client.get(f"{prefix[1]}_dash-dependencies").get_json() == []


def test_a_screen_that_is_not_there_has_no_layout(client: FlaskClient) -> None:
    """Neither a language nor a page is guessed."""
    for path in ("/_screen/fr/alerts/_dash-layout", "/_screen/en/nothing/_dash-layout"):
        assert client.get(path).status_code == 404


def test_only_the_prefix_of_requests_is_changed() -> None:
    """Assets stay where they are."""
    config = '{"url_base_pathname":null,"requests_pathname_prefix":"\\u002f","ui":false}'
    changed = with_layout_of(config, Screen(alerts, "en"))
    assert changed == config.replace('"\\u002f"', '"/_screen/en/alerts/"')


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__.rpartition(".")[2])
def test_every_page_answers_in_both_languages_with_ids_given_once(client: FlaskClient, page: object) -> None:
    """The second of two ids would never be painted."""
    path = page.PATH.replace("<id>", "x")  # type: ignore[attr-defined]
    for language in ("zh", "en"):
        assert client.get(f"{path}?lang={language}").status_code == 200
        name = page.__name__.rpartition(".")[2]  # type: ignore[attr-defined]
        ids = ids_of(client.get(f"/_screen/{language}/{name}/_dash-layout").get_json())
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", sorted(ASSETS.glob("*.js")), ids=lambda path: path.name)
def test_scripts_are_short_and_never_write_markup(path: object) -> None:
    """Names and notes of people go in as text."""
    text = path.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    assert len(text.splitlines()) < 400
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text)
