"""Break something and watch: what was broken is written down, and timed by what the desk wrote down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import flask
import pytest
from flask.testing import FlaskClient

from alerts.model import AlertState, Severity
from dashboard.api.registering import register_api
from dashboard.api.setting import ApiSetting
from dashboard.breaking import BreakRefused
from tests.dashboard.api.conftest import Clock, Room

PATH = "/api/v1/demo/break"
FAIL = {"by": "li", "kind": "fail", "data_center": "dc3", "product": "weilidai", "seconds": 30}


class Hammer:
    """Remembers what it broke; refuses when it is told to."""

    data_centers = ("dc1", "dc3")

    def __init__(self) -> None:
        self.broke: list[tuple[object, ...]] = []
        self.refuses: BreakRefused | None = None

    def kill(self, data_center: str) -> None:
        """Ends a data center."""
        self._break("kill", data_center)

    def fail(self, data_center: str, product: str, seconds: int) -> None:
        """Makes a product fail."""
        self._break("fail", data_center, product, seconds)

    def _break(self, *what: object) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.broke.append(what)


@pytest.fixture
def hammer() -> Hammer:
    """What the demo is broken with."""
    return Hammer()


@pytest.fixture
def demo(setting: ApiSetting, hammer: Hammer, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A viewer of a demo, whose answers are always new."""
    monkeypatch.setattr("dashboard.api.answering.FRESH_SECONDS", 0.0)
    monkeypatch.setattr("dashboard.api.answering.LASTING_SECONDS", 0.0)
    server = flask.Flask("demo")
    register_api(server, replace(setting, breaker=hammer))
    return server.test_client()


@pytest.fixture
def story(demo: FlaskClient) -> Callable[[], Any]:
    """The newest break as it is told."""

    def tell() -> Any:
        answer = demo.get(PATH).get_json()
        return answer["break"]

    return tell


def test_a_break_is_done_once_and_followed(
    demo: FlaskClient, hammer: Hammer, story: Callable[[], Any], room: Room, clock: Clock
) -> None:
    """Detection, page and recovery are the instants at which the desk wrote them down."""
    assert story() is None
    room.fire("identity", "dc1")
    clock.second = 1
    made = demo.post(PATH, json=FAIL, headers={"Idempotency-Key": "k1"})
    again = demo.post(PATH, json=FAIL, headers={"Idempotency-Key": "k1"})
    assert (made.status_code, made.get_json()["id"]) == (201, again.get_json()["id"])
    assert hammer.broke == [("fail", "dc3", "weilidai", 30)]
    assert (story()["detected_ms"], story()["paged_ms"], story()["recovered_ms"]) == (None, None, None)
    clock.second = 2.5
    room.fire("weilidai", "dc3")
    room.tick(room.transition(AlertState.FIRING, rule="slow", severity=Severity.TICKET))
    told = story()
    assert (told["detected_ms"], told["paged_ms"], told["recovered_ms"]) == (1600, 1500, None)
    assert told["detected_by"].startswith("cliff:product_data_center:weilidai:dc3")
    clock.second = 40
    room.resolve("weilidai", "dc3")
    assert story()["recovered_ms"] == 39_100
    assert demo.get("/api/v1/journal?kind=alert").status_code == 200


def test_other_places_are_not_put_down_to_a_break(
    demo: FlaskClient, story: Callable[[], Any], room: Room, clock: Clock
) -> None:
    demo.post(PATH, json={"by": "li", "kind": "kill", "data_center": "dc1"})
    clock.second = 1
    room.fire("weilidai", "dc3")
    assert (story()["kind"], story()["detected_ms"], story()["alerts"]) == ("kill", None, 0)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({**FAIL, "product": "gold"}, 422, "product: 'gold' is not known"),
        ({**FAIL, "kind": "burn"}, 400, "kind: "),
        ({**FAIL, "seconds": 3600}, 400, "seconds: "),
        ({**FAIL, "kind": "kill"}, 422, "product: a kill is of the whole data center"),
        ({"kind": "fail", "by": "x"}, 400, "data_center: is missing"),
    ],
)
def test_a_wrong_break_breaks_nothing(
    demo: FlaskClient, hammer: Hammer, body: dict[str, Any], status: int, said: str
) -> None:
    answer = demo.post(PATH, json=body)
    assert (answer.status_code, said in answer.get_json()["error"]) == (status, True)
    assert hammer.broke == []


def test_two_breaks_at_once_and_a_dead_data_center_are_told_apart(demo: FlaskClient, hammer: Hammer) -> None:
    """409 to come back later, 422 for what cannot be broken; neither is written down."""
    hammer.refuses = BreakRefused("something was broken just now", busy=True)
    busy = demo.post(PATH, json=FAIL)
    assert (busy.status_code, busy.headers["Retry-After"]) == (409, "10")
    hammer.refuses = BreakRefused("dc3 does not answer")
    assert demo.post(PATH, json=FAIL).status_code == 422
    assert demo.get(PATH).get_json()["break"] is None


def test_another_site_cannot_break_a_demo(demo: FlaskClient, hammer: Hammer) -> None:
    assert demo.post(PATH, json=FAIL, headers={"Origin": "http://evil.example"}).status_code == 403
    assert hammer.broke == []
