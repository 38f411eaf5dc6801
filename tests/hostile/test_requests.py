"""Requests made from our own OpenAPI document, right and wrong: answers are as the document says, never a 5xx."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import flask
import hypothesis
import pytest
import schemathesis
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from alerts.catalog_slos import slos_of_catalog
from alerts.desk.records import DeskPolicy
from dashboard.api.registering import register_api
from dashboard.api.setting import ApiSetting
from dashboard.api.tokens import LOAD_RUNS, Tokens, variable_of
from dashboard.factory import create_dashboard
from dashboard.publisher import Publisher
from dashboard.routes import register_routes
from dashboard.snapshot import Setting
from settings import load_catalog, load_policy, load_regulatory
from slo.states import StatePolicy
from store.opening import open_store

CONFIG = Path(__file__).resolve().parents[2] / "config"
TOKEN = "only-of-this-test-0123456789"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
FULL_CASES = 20_000

load_all_checks()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[flask.Flask]:
    """The dashboard over an own store."""
    folder = tmp_path_factory.mktemp("requests")
    store = open_store(folder / "store.sqlite", "Asia/Shanghai", upgrade=True)
    catalog, policy = load_catalog(CONFIG / "catalog.yaml"), load_policy(CONFIG / "alerts.yaml")
    slos, table = slos_of_catalog(catalog, policy), load_regulatory(CONFIG / "regulatory.yaml")
    tokens = Tokens(folder, {variable_of(LOAD_RUNS): TOKEN})
    setting = ApiSetting(store, catalog, slos, DeskPolicy(), table, "0.1.0", tokens)
    publisher = Publisher(store, Setting(catalog, StatePolicy(), demo=False, build="0.1.0"))
    publisher.start()

    def register(server: flask.Flask) -> None:
        register_routes(server, publisher)
        register_api(server, setting)

    yield create_dashboard(catalog=catalog, demo=False, register=register).server
    publisher.stop()
    setting.reporting.jobs.close()
    store.close()


def attacked(app: flask.Flask, examples: int) -> tuple[Counter[int], list[str]]:
    """Answers by status, and what was found: so many requests of each kind at every operation."""
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    answers: Counter[int] = Counter()
    found: list[str] = []
    for result in schema.get_all_operations():
        operation = result.ok()
        for mode in GenerationMode:
            try:
                _tried(operation.as_strategy(generation_mode=mode), examples, answers)()
            except hypothesis.errors.Unsatisfiable:
                continue  # nothing wrong can be said where nothing is asked for
            except (Exception, BaseExceptionGroup) as fault:
                found.append(f"{operation.label} {mode.value}: {_first(fault)}")
    return answers, found


def _tried(strategy: Any, examples: int, answers: Counter[int]) -> Callable[[], None]:
    @hypothesis.seed(9)
    @hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate],
    )
    @hypothesis.given(case=strategy)
    def one(case: schemathesis.Case) -> None:
        response = case.call(headers=HEADERS)
        answers[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    return one


def _first(fault: BaseException) -> str:
    while isinstance(fault, BaseExceptionGroup):
        fault = fault.exceptions[0]
    return " ".join(str(fault).split())[:600]


def test_every_operation_answers_as_its_document_says(app: flask.Flask) -> None:
    answers, found = attacked(app, 1)
    assert found == []
    assert max(answers) < 500, answers
    assert {200, 400} <= set(answers)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_twenty_thousand_requests_meet_no_server_error(app: flask.Flask) -> None:
    operations = len(list(schemathesis.openapi.from_wsgi("/openapi.json", app).get_all_operations()))
    answers, found = attacked(app, -(-FULL_CASES // operations))
    print(f"{answers.total():,} requests at {operations} operations: {sorted(answers.items())}")  # noqa: T201 - the figure that was asked for
    assert found == []
    assert answers.total() >= FULL_CASES
    assert max(answers) < 500, answers
