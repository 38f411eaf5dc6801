"""The cost ledger behind every twin: a charge counts once, a later revision replaces, lines add up exactly."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import pytest

from store.costs import Bill, ChargeRow, LedgerLine, Line, Posted, Rate, Total, money_text, total_of
from store.errors import LedgerRefused
from store.port import Store

DAY = Line(86_400, 172_800, 0, "p", "a", "s", "usage", "Compute", "vm", "USD", "weilidai", "dc1")
NEXT_DAY = DAY._replace(from_s=172_800, to_s=259_200)


class Posting(NamedTuple):
    """A charge; its effective cost is half of it, its list price is not known."""

    name: str
    billed: str
    line: Line = DAY
    part: int = 0
    revision: int = -1


def post(store: Store, charges: Sequence[Posting]) -> Posted:
    """Posts charges."""
    rows: list[ChargeRow] = []
    for each in charges:
        half = money_text(Decimal(each.billed) / 2)
        key = each.name.encode().rjust(16)
        rows.append((key, each.part, each.revision, each.line.number, money_text(Decimal(each.billed)), half, None))
    return store.post(rows, {each.line.number: each.line for each in charges})


def lines(store: Store, from_s: int = 0, to_s: int = 10**10) -> list[LedgerLine]:
    with store.reading() as reader:
        return reader.ledger(from_s, to_s)


def billed(store: Store) -> Decimal:
    return total_of(lines(store)).billed


def test_charges_add_up_in_lines_and_what_is_unknown_is_counted_not_zero(store: Store) -> None:
    assert post(store, [Posting("a", "0.00000080000"), Posting("b", "-2.61370000000")]) == Posted(new=2)
    post(store, [Posting("c", "1e-12", line=NEXT_DAY)])
    assert lines(store, 0, 172_800) == [
        LedgerLine(DAY, Total(2, Decimal("-2.6136992"), Decimal("-1.3068496"), Decimal(0), 0, 0, 2))
    ]
    assert [each.line for each in lines(store)] == [DAY, NEXT_DAY]


def test_the_ledger_tells_which_charges_it_has(store: Store) -> None:
    post(store, [Posting("a", "1"), Posting("b", "2")])
    keys = [name.encode().rjust(16) for name in ("b", "c", *map(str, range(1500)))]
    with store.reading() as reader:
        assert reader.known_charges(keys) == frozenset(keys[:1])
        assert reader.known_charges([]) == frozenset()


def test_the_same_charges_again_change_nothing(store: Store) -> None:
    some = [Posting(str(number), "0.1") for number in range(5)]
    post(store, some)
    with store.reading() as reader:
        version = reader.version()
    assert post(store, some) == Posted(unchanged=5)
    assert post(store, [*some[3:], Posting("new", "1")]) == Posted(new=1, unchanged=2)
    assert billed(store) == Decimal("1.5")
    with store.reading() as reader:
        assert reader.version() == version + 1


def test_a_known_charge_behind_new_ones_is_not_counted_twice(store: Store) -> None:
    """Whoever takes the first one as a sign that all are new must find out, and leave nothing half written."""
    post(store, [Posting("known", "1")])
    assert post(store, [Posting("a", "1"), Posting("known", "1"), Posting("b", "1")]) == Posted(new=2, unchanged=1)
    assert billed(store) == 3


@pytest.mark.parametrize(
    ("first", "second", "became", "left"),
    [
        ((1, "1"), (2, "5"), Posted(replaced=1), "5"),
        ((2, "1"), (1, "5"), Posted(older=1), "1"),
        ((2, "1"), (2, "5"), Posted(contradicted=1), "1"),
        ((2, "1"), (2, "1"), Posted(unchanged=1), "1"),
        ((-1, "1"), (-1, "5"), Posted(replaced=1), "5"),
        ((-1, "1"), (1, "5"), Posted(replaced=1), "5"),
    ],
)
def test_revisions_decide(
    store: Store, first: tuple[int, str], second: tuple[int, str], became: Posted, left: str
) -> None:
    post(store, [Posting("a", first[1], revision=first[0])])
    assert post(store, [Posting("a", second[1], revision=second[0])]) == became
    assert billed(store) == Decimal(left)


def test_a_later_revision_takes_all_parts_of_the_earlier_one_away(store: Store) -> None:
    """Three months of depreciation become two: the third leaves its line, and an empty line is not shown."""
    months = [DAY._replace(from_s=n * 100, to_s=n * 100 + 100) for n in range(3)]
    post(store, [Posting("a", "1", line=line, part=n, revision=1) for n, line in enumerate(months)])
    new = [Posting("a", "1.5", line=line, part=n, revision=2) for n, line in enumerate(months[:2])]
    assert post(store, new) == Posted(replaced=1)
    assert [(each.line, each.total.billed) for each in lines(store)] == [(line, Decimal("1.5")) for line in months[:2]]


def test_a_charge_that_comes_twice_in_one_call_is_refused_whole(store: Store) -> None:
    with pytest.raises(LedgerRefused, match="comes twice"):
        post(store, [Posting("b", "1"), Posting("a", "1"), Posting("a", "2")])
    assert lines(store) == []


def test_any_order_of_random_revisions_leaves_the_highest_of_each(store: Store) -> None:
    drawn = random.Random(7)
    history = [(str(drawn.randrange(40)), drawn.randrange(5), drawn.choice([DAY, NEXT_DAY])) for _ in range(300)]
    for name, revision, line in history:
        post(store, [Posting(name, f"{revision}.{name}", line=line, revision=revision)])
    highest = {name: max(r for n, r, _ in history if n == name) for name, _, _ in history}
    assert billed(store) == sum(Decimal(f"{revision}.{name}") for name, revision in highest.items())
    assert total_of(lines(store)).charges == len(highest)


def test_rates_are_kept_by_day_and_a_corrected_one_replaces(store: Store) -> None:
    rate = Rate(date(2026, 1, 5), "USD", Decimal("7.0234"))
    assert store.put_rates([rate, rate._replace(currency="EUR")]) == 2
    assert store.put_rates([rate]) == 0
    assert store.put_rates([rate._replace(cny=Decimal("7.0235"))]) == 1
    with store.reading() as reader:
        found = [(each.day.day, each.currency, str(each.cny)) for each in reader.rates()]
    assert found == [(5, "EUR", "7.0234"), (5, "USD", "7.0235")]


def test_a_bill_is_replaced_whole_and_every_other_stays(store: Store) -> None:
    """Charges without ids leave no other way: what the restated bill does not hold any more is gone."""
    other, later = DAY._replace(account="b"), DAY._replace(billing_from_s=1000)
    post(store, [Posting("a", "1"), Posting("b", "2"), Posting("o", "4", other), Posting("l", "8", later)])
    row = (b"c".rjust(16), 0, -1, NEXT_DAY.number, "16", None, None)
    restated = store.restate([Bill("p", "a", 0, 1000)], [[row]], {NEXT_DAY.number: NEXT_DAY})
    assert (total_of(restated.before).billed, restated.posted) == (3, Posted(new=1))
    assert billed(store) == 4 + 8 + 16
    assert post(store, [Posting("a", "1")]) == Posted(new=1)


def test_a_restatement_that_fails_on_the_way_changes_nothing(store: Store) -> None:
    post(store, [Posting("a", "1")])
    row = (b"c".rjust(16), 0, -1, DAY.number, "16", None, None)
    with pytest.raises(LedgerRefused):
        store.restate([Bill("p", "a", 0, 1000)], [[row], [row, row]], {DAY.number: DAY})
    assert billed(store) == 1
