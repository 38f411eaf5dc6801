"""Every rule of the application and every page x nobody and each role, against the rights that are declared.

Nothing here lists routes: Flask's own map is walked, so that a new one without a declared right fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.routing import Rule

from access.rights import SHIPPED, Right, Role
from dashboard.admission import Gate, declared
from dashboard.api.registering import ROUTES
from dashboard.api.route import Write
from dashboard.factory import OF_THE_SCREEN, PAGES
from dashboard.screens import name_of

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
SENT = {"json": {}, "headers": {"Sec-Fetch-Site": "none"}}
PAGE_ROUTES = ("/", "/<path:path>")
OPEN = {"/healthz", "/readyz", "/login", "/assets/<path:filename>", "/_bundle/<name>.<kind>", "/_favicon.ico"}
OPEN_SUITES = "/_dash-component-suites/"


def address(rule: Rule) -> str:
    """Something that the rule matches."""
    return re.sub(r"<[^>]+>", "x", rule.rule)


def asked(bank: Any) -> Iterator[tuple[str, str, Right | Gate | None]]:
    """Method, address and need of everything that is served."""
    known, served = declared(bank.app), bank.app.url_map.bind("localhost")
    for rule in bank.app.url_map.iter_rules():
        if rule.endpoint in OF_THE_SCREEN:
            continue
        for method in sorted(rule.methods or ()):
            endpoint, _ = served.match(address(rule), method)  # several rules may answer OPTIONS of one address
            need = known.get(endpoint)
            assert need is None or isinstance(need, Right | Gate)
            yield method, address(rule), need
    for page in PAGES:
        path = re.sub(r"<\w+>", "x", page.PATH)
        yield "GET", path, page.RIGHT
        for part in ("_dash-layout", "_dash-dependencies"):
            yield "GET", f"/_screen/en/{name_of(page)}/{part}", page.RIGHT


def test_every_endpoint_says_what_it_asks_for(bank: Any) -> None:
    """What nobody declared is refused to everybody: whoever adds a route notices here."""
    served = {rule.endpoint for rule in bank.app.url_map.iter_rules()}
    assert served - set(declared(bank.app)) == set()


def test_only_health_login_and_static_files_are_open(bank: Any) -> None:
    known = declared(bank.app)
    opened = {rule.rule for rule in bank.app.url_map.iter_rules() if known[rule.endpoint] is Gate.OPEN}
    assert {rule for rule in opened if not rule.startswith(OPEN_SUITES)} == OPEN


def test_nobody_gets_anything(bank: Any) -> None:
    """401, or the login for a page; the same for what is there and what is not, whatever the method."""
    client = bank.client()
    for method, path, need in asked(bank):
        if need is Gate.OPEN:
            continue
        answer = client.open(path, method=method, **(SENT if method not in METHODS[:3] else {}))
        if answer.status_code == 302:
            assert answer.headers["Location"].startswith("/login?"), (method, path)
            continue
        assert answer.status_code == 401, (method, path, answer.status_code)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer"), (method, path)
        assert method == "HEAD" or list(answer.get_json()) == ["error"], (method, path)


@pytest.mark.parametrize("name", [*Role, "nothing"])
def test_a_role_gets_what_its_rights_declare_and_nothing_else(bank: Any, name: str) -> None:
    """403 exactly where the right is lacking. What is allowed may be refused for other reasons, in other words."""
    rights = SHIPPED.of([Role(name)]) if name != "nothing" else frozenset()
    client = bank.logged_in(name)
    token = _token(bank, client)
    wrong = []
    for method, path, need in asked(bank):
        if need is Gate.OPEN or path == "/logout":
            continue
        more = {"json": {}, "headers": {"X-CSRF-Token": token}} if method not in METHODS[:3] else {}
        answer = client.open(path, method=method, **more)
        allowed = isinstance(need, Right) and need in rights
        if allowed == (answer.status_code == 403):
            wrong.append((method, path, need, answer.status_code))
    assert wrong == []


def test_every_change_asks_for_more_than_looking() -> None:
    """A viewer changes nothing; making a file of what one may see changes nothing."""
    files = {"/api/v1/reports/jobs"}
    lax = {route.path for route in ROUTES if isinstance(route, Write) and route.right in (Right.SEE, Right.SEE_COSTS)}
    seen = {route.path for route in ROUTES if isinstance(route, Write) and route.right is Right.SEE_REPORTS}
    assert (lax, seen) == (set(), files)


def test_costs_and_reports_take_their_own_rights() -> None:
    for route in ROUTES:
        if route.path.startswith("/api/v1/costs"):
            assert route.right is Right.SEE_COSTS, route.path
        if route.path.startswith("/api/v1/reports"):
            assert route.right in (Right.SEE_REPORTS, Right.REPORT), route.path


def test_a_report_of_costs_takes_the_right_to_see_costs(bank: Any) -> None:
    """On paper too: on-call may see reports, and no costs."""
    client = bank.logged_in("on-call")
    answer = client.get("/api/v1/reports/preview?kind=costs&period=2026-10")
    assert (answer.status_code, "see-costs" in answer.get_json()["error"]) == (403, True)
    headers = {"X-CSRF-Token": _csrf(client)}
    body = {"kind": "costs", "period": "2026-10", "format": "csv"}
    assert client.post("/api/v1/reports/jobs", json=body, headers=headers).status_code == 403


def test_the_journal_shows_no_reports_to_who_may_not_see_them(bank: Any) -> None:
    assert bank.logged_in("viewer").get("/api/v1/journal?kind=report").status_code in (400, 403)
    assert bank.logged_in("viewer").get("/api/v1/journal").status_code == 200


def test_menus_lead_only_where_somebody_may_go(bank: Any) -> None:
    """And say who is logged in, and how to leave."""
    for name, seen in (("viewer", False), ("manager", True)):
        client = bank.logged_in(name)
        for screen in ("alerts", "wall"):
            layout = client.get(f"/_screen/en/{screen}/_dash-layout").text
            assert ("costs?lang=en" in layout) is seen
            assert ("reports?lang=en" in layout) is seen
            assert '"account-name"' in layout
            assert name in layout


def test_a_page_that_somebody_may_not_see_says_which_role_and_whom_to_ask(bank: Any) -> None:
    answer = bank.logged_in("viewer").get("/costs?lang=en")
    assert answer.status_code == 403
    assert "one of these roles: manager, admin" in answer.text
    assert "Ask admin." in answer.text


def _token(bank: Any, client: Any) -> str:
    """Made here: somebody without any right sees no page that holds it."""
    session = bank.access.sessions.read(client.get_cookie("control-center-session").value, bank.clock.now_ms())
    token: str = bank.access.csrf(session.id)
    return token


def _csrf(client: Any) -> str:
    found = re.search(r'"csrf":"([^"]+)"', client.get("/?lang=en").text)
    assert found is not None
    return found[1]
