"""A proxy that says who somebody is: believed from its own address, with its secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_network

import pytest

from access import people
from access.rights import SHIPPED, Role
from dashboard.access.proxied import ProxyHeaders, Trust
from dashboard.access.setting import Access
from outgoing.secrets import Secret
from store.memory import MemoryStore
from tests.dashboard.access.conftest import Bank, Clock, made

PROXY, ELSEWHERE = "10.1.2.3", "10.1.2.4"
SECRET = "what the proxy proves itself with"
GOOD = {"X-Forwarded-User": "li", "X-Forwarded-Groups": "staff, operators", "X-Proxy-Secret": SECRET}
TRUST = Trust(
    (ip_network(f"{PROXY}/32"),),
    "X-Forwarded-User",
    "X-Forwarded-Groups",
    {"operators": frozenset({Role.ON_CALL})},
    frozenset(),
    "X-Proxy-Secret",
    Secret("test", SECRET),
)


@pytest.fixture(scope="module")
def bank() -> Bank:
    """A dashboard behind that proxy."""
    store, clock = MemoryStore(), Clock()

    def fit(access: Access) -> Access:
        return replace(access, ways=(ProxyHeaders(TRUST, SHIPPED, access.directory, store),), store=store)

    return made(store, clock, fit=fit)


def status(bank: Bank, headers: Mapping[str, str], address: str = PROXY, path: str = "/api/v1/incidents") -> int:
    return bank.client().get(path, headers=headers, environ_base={"REMOTE_ADDR": address}).status_code


def test_whom_the_proxy_names_comes_in_with_the_roles_that_it_names(bank: Bank) -> None:
    assert status(bank, GOOD) == 200
    assert status(bank, GOOD, path="/api/v1/costs") == 403
    with bank.store.reading() as reader:
        logins = [(each.act.actor, each.act.action) for each in reader.audit().rows()]
    assert logins == [("li", "login"), ("li", "access.refused")]


def test_headers_from_anywhere_else_or_without_the_secret_are_not_there(bank: Bank) -> None:
    assert status(bank, GOOD, ELSEWHERE) == 401
    assert status(bank, {**GOOD, "X-Forwarded-For": PROXY}, ELSEWHERE) == 401
    assert status(bank, {**GOOD, "X-Proxy-Secret": "guessed"}) == 401
    assert status(bank, {name: value for name, value in GOOD.items() if name != "X-Proxy-Secret"}) == 401


def test_whoever_has_no_role_gets_nothing(bank: Bank) -> None:
    assert status(bank, {**GOOD, "X-Forwarded-Groups": "staff"}) == 403


@pytest.mark.parametrize("name", ["li, wang", "<script>", "a" * 65])
def test_what_is_no_name_is_refused(bank: Bank, name: str) -> None:
    """Two headers of one name come as one with a comma."""
    assert status(bank, {**GOOD, "X-Forwarded-User": name}) == 401


def test_a_change_takes_the_token_that_the_page_gave(bank: Bank) -> None:
    """The proxy adds its headers to what another site's page sends too."""
    sent = {"headers": GOOD, "environ_base": {"REMOTE_ADDR": PROXY}, "json": {}}
    client = bank.client()
    assert client.post("/api/v1/silences", **sent).status_code == 403

    token = bank.access.csrf("proxy li")
    answer = client.post("/api/v1/silences", **{**sent, "headers": {**GOOD, "X-CSRF-Token": token}})

    assert answer.status_code in {400, 422}


def test_somebody_who_is_disabled_here_does_not_come_in(bank: Bank) -> None:
    named = {**GOOD, "X-Forwarded-User": "wang"}
    now_ms = bank.clock.now
    bank.change(lambda journal: people.add(journal, "wang", [Role.VIEWER], "", now_ms=now_ms, by="cli:x@y"))
    assert status(bank, named) == 200
    bank.change(lambda journal: people.disable(journal, "wang", now_ms, "cli:x@y"))

    assert status(bank, named) == 401
