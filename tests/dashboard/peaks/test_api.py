"""/api/v1/peaks: days, records, forecast, capacity; what is asked wrongly is refused in one line."""

from __future__ import annotations

from typing import Any

import flask
import pytest


def ask(app: flask.Flask, query: str = "") -> Any:
    """The document."""
    answer = app.test_client().get(f"/api/v1/peaks{query}")
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def test_an_empty_store_says_what_is_missing(app: flask.Flask) -> None:
    """No figure is 0, every missing one has a reason."""
    found = ask(app)
    assert found["days"] == []
    assert found["records"] == {"day": None, "minute": None, "second": None}
    assert found["forecast"]["daily"] is found["forecast"]["peak"] is None
    assert "21 are needed" in found["forecast"]["reasons"]["daily"]
    assert "71 days on end are needed" in found["forecast"]["reasons"]["peak"]
    assert (found["capacity"]["runs_out"], found["capacity"]["runs_out_on"]) == ("not_known", None)
    assert all(hour["record"] is hour["point"] is None for hour in found["curve"])


def test_days_carry_their_kind_and_records_their_date(told: flask.Flask) -> None:
    found = ask(told, "?from=2026-11-10&to=2026-11-12")
    assert [day["day"] for day in found["days"]] == ["2026-11-10", "2026-11-11"]
    eve, festival = found["days"]
    assert [kind["id"] for kind in eve["kinds"]] == ["double-11-eve", "payday"]
    assert festival["kinds"][0]["name"] == {"zh": "双十一", "en": "Double 11"}
    assert festival["peak_minute"]["at"] == "2026-11-11T02:00:00.000Z"
    assert festival["peak_minute"]["per_second"] == festival["transactions"] // 600 // 60
    assert festival["peak_second"]["transactions"] == festival["transactions"] // 30_000
    assert {name: day["day"] for name, day in found["records"].items()} == {
        "day": "2026-11-11",
        "minute": "2026-11-11",
        "second": "2026-11-11",
    }


def test_today_is_provisional_and_no_record(told: flask.Flask) -> None:
    """Also the curve stops at the present hour."""
    found = ask(told)
    assert len(found["days"]) == 60
    assert found["days"][-1]["provisional"] is True
    hours = found["curve"]
    assert (len(hours), hours[0]["transactions"], hours[20]["transactions"]) == (24, 2_500_000, None)
    assert 0 < hours[20]["low"] < hours[20]["high"]
    assert hours[20]["record"] == found["records"]["day"]["transactions"] // 24


def test_the_forecast_names_its_model_and_what_it_was_worth(told: flask.Flask) -> None:
    """Beside the naive line; days past the published calendar are provisional."""
    daily = ask(told)["forecast"]["daily"]
    assert len(daily["days"]) == 28
    assert float(daily["wape"]) <= float(daily["naive_wape"])
    assert daily["nominal_coverage"] == "0.9"
    assert daily["achieved_coverage"] is not None
    assert daily["days"][0]["low"] < daily["days"][0]["high"]
    peak = ask(told)["forecast"]["peak"]
    assert (peak["horizon_days"], peak["nominal_coverage"]) == (28, "0.95")


def test_capacity_has_headroom_now_ahead_and_with_one_data_center_lost(told: flask.Flask) -> None:
    """4,500 a second over the P95 of the peak; five sixths of it are left when one of six is lost."""
    found = ask(told)["capacity"]
    p95 = found["forecast_p95_per_second"]
    assert float(found["headroom"]) == pytest.approx(4_500 / p95 - 1, abs=0.001)
    assert float(found["headroom_n_1"]) == pytest.approx(3_750 / p95 - 1, abs=0.001)
    assert float(found["headroom_today"]) == pytest.approx(4_500 / found["peak_today_per_second"] - 1, abs=0.01)
    assert found["runs_out"] == "on_day"
    assert found["runs_out_on"] > found["runs_out_n_1_on"] >= "2026-11-22"


def test_one_product_has_its_own_days_and_forecast(told: flask.Flask) -> None:
    bank, loan = ask(told), ask(told, "?product=weilidai")
    assert loan["records"]["day"]["transactions"] == bank["records"]["day"]["transactions"] // 2
    assert loan["forecast"]["daily"]["days"][3]["point"] < bank["forecast"]["daily"]["days"][3]["point"]
    assert loan["capacity"] == bank["capacity"]


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("?from=2026-13-01", 400, "from: '2026-13-01' is no day"),
        ("?from=20261101", 400, "is no day"),
        ("?from=2026-11-05&to=2026-11-05", 400, "is not after from 2026-11-05"),
        ("?from=1990-01-01", 400, "days"),
        ("?from=9999-12-31", 400, ""),
        ("?to=0001-01-01", 400, ""),
        ("?product=nobody", 404, "no product 'nobody'; known: weilidai"),
        ("?days=3", 400, "no parameter 'days'"),
    ],
)
def test_what_is_asked_wrongly_is_refused_in_one_line(app: flask.Flask, query: str, status: int, said: str) -> None:
    answer = app.test_client().get(f"/api/v1/peaks{query}")
    assert answer.status_code == status, answer.text
    assert said in answer.get_json()["error"]
    assert "\n" not in answer.get_json()["error"]
