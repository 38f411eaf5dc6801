"""A ledger and who bears it, to the fen."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from slo.allocation import NOBODY, Driver, LedgerLine, Part, Parts, Reason, Share, allocate, summed, totals
from slo.errors import BadAllocation

CPU = Driver("cpu", "CPU-seconds", {"weilidai": 600, "weyedai": 200}, capacity=1000)


def parts_of(ledger: list[LedgerLine], *drivers: Driver) -> dict[str, Parts]:
    """Parts by product."""
    return summed(allocate(ledger, drivers), lambda share: share.product)


def test_a_direct_line_is_its_products_alone() -> None:
    assert parts_of([LedgerLine("sms", "calls", 123, product="outreach")]) == {"outreach": Parts(direct=123)}


def test_a_shared_line_is_divided_by_use_and_what_nobody_used_is_idle() -> None:
    assert parts_of([LedgerLine("servers", "servers", 1_000_01, driver="cpu")], CPU) == {
        NOBODY: Parts(idle=200_00),
        "weilidai": Parts(shared=600_01),
        "weyedai": Parts(shared=200_00),
    }


def test_without_a_capacity_all_is_divided() -> None:
    driver = Driver("calls", "calls", {"a": 1, "b": 3})
    assert parts_of([LedgerLine("x", "calls", 8, driver="calls")], driver) == {
        "a": Parts(shared=2),
        "b": Parts(shared=6),
    }


def test_shares_of_a_peak_are_fractions() -> None:
    driver = Driver("peak", "share of peak", {"a": Fraction(1, 3), "b": Fraction(1, 2)}, capacity=1)
    assert parts_of([LedgerLine("x", "servers", 100, driver="peak")], driver) == {
        NOBODY: Parts(idle=17),
        "a": Parts(shared=33),
        "b": Parts(shared=50),
    }


def test_idle_may_be_borne_by_use() -> None:
    driver = Driver("cpu", "CPU-seconds", {"weilidai": 600, "weyedai": 200}, capacity=1000, shares_idle=True)
    assert parts_of([LedgerLine("servers", "servers", 1_000, driver="cpu")], driver) == {
        "weilidai": Parts(shared=600, idle=150),
        "weyedai": Parts(shared=200, idle=50),
    }


@pytest.mark.parametrize(
    ("used", "reason"),
    [
        pytest.param({"a": 0, "b": 0}, Reason.NOT_USED, id="everybody used nothing"),
        pytest.param({}, Reason.NOT_USED, id="nobody is named"),
        pytest.param(None, Reason.NOT_MEASURED, id="nobody measured"),
    ],
)
def test_a_driver_without_use_sends_its_cost_to_unallocated(used: dict[str, int] | None, reason: Reason) -> None:
    driver = Driver("cpu", "CPU-seconds", used, capacity=9)
    assert allocate([LedgerLine("x", "servers", 77, driver="cpu", data_center="dc1")], [driver]) == [
        Share("x", "servers", "dc1", NOBODY, Part.UNALLOCATED, "cpu", 77, reason)
    ]


def test_a_line_that_names_nobody_is_unallocated() -> None:
    (share,) = allocate([LedgerLine("x", "staff", 5)], [])
    assert (share.part, share.reason, share.fen) == (Part.UNALLOCATED, Reason.NO_DRIVER, 5)


def test_a_credit_is_divided_like_the_charge_that_it_takes_back() -> None:
    ledger = [
        LedgerLine("charge", "servers", 1_001, driver="cpu"),
        LedgerLine("credit", "servers", -1_001, driver="cpu"),
    ]
    assert set(parts_of(ledger, CPU).values()) == {Parts()}


def test_a_data_center_has_a_driver_of_its_own() -> None:
    ledger = [LedgerLine(dc, "servers", 10, driver="cpu", data_center=dc) for dc in ("dc1", "dc2")]
    own = Driver("cpu", "CPU-seconds", {"weyedai": 1}, data_center="dc1")
    everywhere = Driver("cpu", "CPU-seconds", {"weilidai": 1})
    shares = allocate(ledger, [own, everywhere])
    assert [(share.data_center, share.product, share.fen) for share in shares] == [
        ("dc1", "weyedai", 10),
        ("dc2", "weilidai", 10),
    ]
    assert summed(shares, lambda share: share.data_center) == {"dc1": Parts(shared=10), "dc2": Parts(shared=10)}


@pytest.mark.parametrize(
    ("ledger", "drivers", "message"),
    [
        pytest.param(
            [],
            [Driver("cpu", "CPU-seconds", {"a": 7, "b": 4}, capacity=10)],
            "driver cpu: 11 CPU-seconds used of a capacity of 10; idle would be negative",
            id="more was used than there is",
        ),
        pytest.param(
            [],
            [Driver("cpu", "s", {"b": 4, "a": -1})],
            "driver cpu, product a: use is -1",
            id="less than nothing was used",
        ),
        pytest.param(
            [LedgerLine("x", "c", 1, driver="ram")],
            [Driver("gb", "GB-days", {}), Driver("cpu", "s", {})],
            "ledger line x: driver 'ram' is not defined; known are: cpu, gb",
            id="a driver that nobody defined",
        ),
        pytest.param([LedgerLine("x", "c", 1, driver="ram")], [], "known are: none", id="no driver at all"),
        pytest.param(
            [LedgerLine("x", "c", 1, product="a", driver="cpu")], [], "name a product or a driver", id="two ways"
        ),
        pytest.param([LedgerLine("x", "c", 1)] * 2, [], "ledger line 'x' is there twice", id="one line twice"),
        pytest.param([], [Driver("cpu", "s", {})] * 2, "driver 'cpu' is there twice", id="one driver twice"),
    ],
)
def test_wrong_data_are_refused_in_one_line(ledger: list[LedgerLine], drivers: list[Driver], message: str) -> None:
    with pytest.raises(BadAllocation, match=message) as caught:
        allocate(ledger, drivers)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("driver", "method"),
    [
        (CPU, "cpu: by use in CPU-seconds, idle apart, largest remainder"),
        (Driver("calls", "calls", {}), "calls: by use in calls, idle not known, largest remainder"),
        (
            Driver("gb", "GB-days", {}, capacity=1, shares_idle=True),
            "gb: by use in GB-days, idle by use, largest remainder",
        ),
    ],
)
def test_the_method_is_printed(driver: Driver, method: str) -> None:
    assert driver.method == method


def drawn(seed: int) -> tuple[list[LedgerLine], list[Driver]]:
    """A random ledger with credits, zeros, and drivers that are unused, unmeasured, local or without capacity."""
    draw = random.Random(seed)
    products = [f"p{n}" for n in range(draw.randint(1, 12))]
    places = [NOBODY, "dc1", "dc2"]
    drivers = [_driver(draw, f"d{n}", place, products) for n in range(draw.randint(1, 5)) for place in places]
    names = sorted({driver.name for driver in drivers})
    lines = []
    for number in range(draw.randint(0, 40)):
        way = draw.choice(["product", "driver", "neither"])
        fen = draw.choice([0, 1, -1, draw.randint(-(10**11), 10**11), draw.randint(-100, 100)])
        lines.append(
            LedgerLine(
                f"line {number}",
                draw.choice("abc"),
                fen,
                product=draw.choice(products) if way == "product" else NOBODY,
                driver=draw.choice(names) if way == "driver" else NOBODY,
                data_center=draw.choice(places),
            )
        )
    return lines, drivers


def _driver(draw: random.Random, name: str, place: str, products: list[str]) -> Driver:
    most = draw.choice([0, 1, 10**14])
    used = {product: draw.randint(0, most) for product in draw.sample(products, draw.randint(0, len(products)))}
    capacity = draw.choice([None, sum(used.values()), sum(used.values()) + draw.randint(0, 10**13)])
    measured = used if draw.random() < 0.9 else None
    return Driver(name, "units", measured, capacity, place, shares_idle=draw.random() < 0.3)


def test_over_1000_random_ledgers_everything_adds_up_to_the_fen() -> None:
    """Total, every line, every category and every data center; and the order of the input changes nothing."""
    for seed in range(1_000):
        ledger, drivers = drawn(seed)
        shares = allocate(ledger, drivers)
        assert totals(shares).total == sum(line.fen for line in ledger)
        by_line = {name: parts.total for name, parts in summed(shares, lambda share: share.line).items()}
        assert all(by_line.get(line.name, 0) == line.fen for line in ledger)
        by_category = summed(shares, lambda share: share.category)
        for category, parts in by_category.items():
            assert parts.total == sum(line.fen for line in ledger if line.category == category)
        assert sum(parts.total for parts in summed(shares, lambda s: s.data_center).values()) == totals(shares).total
        assert sorted(allocate(ledger[::-1], drivers[::-1]), key=str) == sorted(shares, key=str)
