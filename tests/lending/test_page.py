from __future__ import annotations

import re

from prometheus_client.openmetrics.parser import text_string_to_metric_families

from lending.estate import Estate
from lending.handling import shape_of
from lending.page import BUCKET_BOUNDS_MS, MetricsPage
from lending.shape import BUSINESS_REJECT, CUSTOMER, LOAD_TEST, OK, OUTCOMES, TRAFFICS

BORN_MS = 1_795_290_508_823
LABEL = re.compile(r'(\w+)="([^"]*)"')

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def page_of(estate: Estate, name: str = "dc1") -> MetricsPage:
    return MetricsPage(estate, name, shape_of(estate, name), BORN_MS)


def samples(page: MetricsPage, now_ms: int = BORN_MS) -> Samples:
    """Every sample of the page; quick, and proved against the reference parser below."""
    found: Samples = {}
    for line in page.rendered(7, now_ms).decode().splitlines():
        if line.startswith("#"):
            continue
        series, value = line.rsplit(" ", 1)
        name, _, inside = series.partition("{")
        key = (name, frozenset((pair[0], pair[1]) for pair in LABEL.findall(inside)))
        assert key not in found
        found[key] = float(value)
    return found


def labels(**named: str) -> frozenset[tuple[str, str]]:
    return frozenset(named.items())


def test_every_series_is_there_at_zero_from_the_start(estate: Estate) -> None:
    """A counter that appears with its first failure would lose that failure (anchors.md P2)."""
    found = samples(page_of(estate))
    for place in shape_of(estate, "dc1").places:
        for outcome in OUTCOMES:
            for traffic in TRAFFICS:
                wanted = labels(
                    product=place.product,
                    step=place.step,
                    data_center="dc1",
                    dcn=place.dcn,
                    outcome=outcome,
                    traffic=traffic,
                )
                assert found["lending_requests_total", wanted] == 0
                assert found["lending_requests_created", wanted] == BORN_MS / 1000
        pair = labels(product=place.product, data_center="dc1", dcn=place.dcn, traffic="customer")
        assert found["lending_transactions_total", pair] == 0


def test_the_reference_parser_of_openmetrics_reads_the_same(estate: Estate) -> None:
    page = page_of(estate)
    page.count_drawn([index % 5 for index in range(4 * len(shape_of(estate, "dc1").places))], {})
    families = text_string_to_metric_families(page.rendered(7, BORN_MS + 5_000).decode())
    read = {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}
    assert read == samples(page, BORN_MS + 5_000)


def test_every_created_equals_the_start_of_the_process_to_the_millisecond(estate: Estate) -> None:
    found = samples(page_of(estate))
    born = found["process_start_time_seconds", frozenset()]
    assert born == BORN_MS / 1000
    assert {value for (name, _), value in found.items() if name.endswith("_created")} == {born}


def test_counts_appear_where_they_belong(estate: Estate) -> None:
    page = page_of(estate)
    page.count_event(3, OK, CUSTOMER, True)
    page.count_event(3, BUSINESS_REJECT, LOAD_TEST, False)
    found = samples(page)
    place = {"product": "weilidai", "step": "apply", "data_center": "dc1", "dcn": "dc1-n04"}
    assert found["lending_requests_total", labels(**place, outcome="ok", traffic="customer")] == 1
    assert found["lending_requests_total", labels(**place, outcome="business_reject", traffic="load_test")] == 1
    pair = {"product": "weilidai", "data_center": "dc1", "dcn": "dc1-n04"}
    assert found["lending_transactions_total", labels(**pair, traffic="customer")] == 1
    assert found["lending_transactions_total", labels(**pair, traffic="load_test")] == 0
    assert found["lending_truth_sequence", frozenset()] == 7
    assert sum(value for (name, _), value in found.items() if name == "lending_requests_total") == 2


def test_drawn_seconds_spread_over_buckets_that_never_shrink_and_end_at_the_count(estate: Estate) -> None:
    estate = estate.model_copy(update={"products": estate.products[:2]})
    page = page_of(estate)
    width = len(shape_of(estate, "dc1").places)
    before: Samples = {}
    for second in range(12):
        drawn = [(index + second) % 3 for index in range(width)] + [1] * width + [0] * (2 * width)
        page.count_drawn(drawn, {0: 2_500} if second > 5 else {})
        now = samples(page)
        assert all(now[key] >= value for key, value in before.items())
        before = now
    count = before[
        "lending_request_duration_seconds_count", labels(product="weilidai", step="apply", data_center="dc1")
    ]
    step = {("product", "weilidai"), ("step", "apply")}
    name = "lending_request_duration_seconds_bucket"
    rows = {dict(key)["le"]: value for (series, key), value in before.items() if series == name and step <= key}
    bounds = [repr(bound / 1000) for bound in BUCKET_BOUNDS_MS]
    assert [*rows] == [*bounds, "+Inf"]
    assert sorted(rows.values()) == list(rows.values())
    assert rows["+Inf"] == count == 12 * 10 + sum((i + s) % 3 for s in range(12) for i in range(10))
    assert rows["3.0"] < count or rows["1.5"] < count


def test_real_and_drawn_answers_share_the_histogram(estate: Estate) -> None:
    page = page_of(estate)
    page.durations.observe(0, 60.0)
    page.durations.observe(0, 25.0)
    page.durations.observe(0, 9_000.0)
    found = samples(page)

    def bucket(bound: str) -> float:
        step = labels(product="weilidai", step="apply", data_center="dc1", le=bound)
        return found["lending_request_duration_seconds_bucket", step]

    assert [bucket(bound) for bound in ("0.025", "0.05", "0.1", "3.0", "+Inf")] == [1, 1, 2, 2, 3]


def test_accounts_of_the_six_data_centers_add_up(estate: Estate) -> None:
    total = 0
    for one in estate.data_centers:
        lines = page_of(estate, one.id).rendered(7, BORN_MS).decode().splitlines()
        total += sum(int(line.split()[-1]) for line in lines if line.startswith("lending_acc") and "active" in line)
    assert total == 374_100_000


def test_a_year_of_cost_is_this_data_centers_part_to_the_fen(estate: Estate) -> None:
    estate = estate.model_copy(update={"products": estate.products[:2]})
    page = page_of(estate, "dc2")
    half = samples(page, BORN_MS + 365 * 43_200_000)
    whole = samples(page, BORN_MS + 365 * 86_400_000)
    for product in estate.products:
        for category, fen in product.it_cost_fen_per_year.items():
            key = ("lending_it_cost_fen_total", labels(category=category, product=product.id))
            assert whole[key] == estate.part(fen, "dc2")
            assert half[key] == estate.part(fen, "dc2") // 2


def test_a_clock_that_is_set_back_takes_no_cost_away(estate: Estate) -> None:
    page = page_of(estate)
    later = samples(page, BORN_MS + 60_000)
    earlier = samples(page, BORN_MS + 1_000)
    clock = ("lending_clock_seconds", labels())
    assert later.pop(clock) - earlier.pop(clock) == 59
    assert all(earlier[key] >= value for key, value in later.items())
