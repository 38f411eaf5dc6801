"""Which alerts are one failure: never two incidents for one, never one for two."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.incidents.facts import FoldingRules
from alerts.incidents.folding import fold
from alerts.model import Level, Severity, Subject, Transition
from tests.alerts.incidents.conftest import BANK, Story, at, cell, dcn, fires, product

PRODUCTS = ("weilidai", "weyedai", "identity", "risk", "bank_app")
PLACES = ("dc1", "dc2", "dc3", "dc4", "dc5", "dc6")
DC3 = Subject(Level.DATA_CENTER, data_center="dc3")


def column(place: str, second: float = 1) -> list[Transition]:
    """Every product of one data center fails."""
    return [fires(cell(name, place), second) for name in PRODUCTS]


def row(name: str, second: float = 1) -> list[Transition]:
    """One product fails in every data center."""
    return [fires(cell(name, place), second) for place in PLACES]


ONE_TICK = [
    ("a cell", [fires(cell("risk", "dc3"), 1)], [{cell("risk", "dc3")}]),
    ("a DCN", [fires(dcn("risk", "dc3", "d7"), 1)], [{dcn("risk", "dc3", "d7")}]),
    (
        "a DCN and its cell",
        [fires(dcn("risk", "dc3", "d7"), 1), fires(cell("risk", "dc3"), 1)],
        [{cell("risk", "dc3")}],
    ),
    ("all of a data center", column("dc3"), [{DC3}]),
    (
        "a data center, its products and the bank",
        [*column("dc3"), *(fires(product(p), 1) for p in PRODUCTS), fires(BANK, 1)],
        [{DC3}],
    ),
    ("a product everywhere", row("identity"), [{product("identity")}]),
    (
        "a product everywhere, with its parents",
        [fires(BANK, 1), fires(product("identity"), 1), *row("identity")],
        [{product("identity")}],
    ),
    ("a thin failure that only the product sees", [fires(product("risk"), 1)], [{product("risk")}]),
    ("a thin failure that only the bank sees", [fires(BANK, 1)], [{BANK}]),
    (
        "two cells that share nothing",
        [fires(cell("risk", "dc3"), 1), fires(cell("weyedai", "dc5"), 1)],
        [{cell("risk", "dc3")}, {cell("weyedai", "dc5")}],
    ),
    (
        "the same with the bank",
        [fires(BANK, 1), fires(cell("risk", "dc3"), 1), fires(cell("weyedai", "dc5"), 1)],
        [{cell("risk", "dc3")}, {cell("weyedai", "dc5")}],
    ),
    ("two products of one data center", [fires(cell("risk", "dc3"), 1), fires(cell("weyedai", "dc3"), 1)], [{DC3}]),
    ("a data center and a product that cross", [*column("dc3"), *row("identity")], [{DC3}, {product("identity")}]),
    ("two products everywhere", [*row("risk"), *row("identity")], [{product("risk")}, {product("identity")}]),
    ("the whole bank", [each for place in PLACES for each in column(place)], [{BANK}]),
    (
        "nobody sees anything of any product",
        [fires(product(p), 1, "unknown", Severity.PAGE) for p in PRODUCTS],
        [{BANK}],
    ),
    (
        "nobody sees anything of any product, and the bank says so",
        [fires(BANK, 1, "unknown"), *(fires(product(p), 1, "unknown", Severity.PAGE) for p in PRODUCTS)],
        [{BANK}],
    ),
    (
        "two products that nobody sees",
        [fires(product(p), 1, "unknown", Severity.PAGE) for p in PRODUCTS[:2]],
        [{product(p)} for p in PRODUCTS[:2]],
    ),
    (
        "one DCN with two of its products",
        [fires(dcn("risk", "dc3", "d7"), 1), fires(dcn("weyedai", "dc3", "d7"), 1)],
        [{dcn("risk", "dc3", "d7"), dcn("weyedai", "dc3", "d7")}],
    ),
    (
        "a source and a probe of nothing in particular",
        [fires(Subject(Level.SOURCE, other="s1"), 1), fires(Subject(Level.PROBE, other="p1"), 1)],
        [{Subject(Level.SOURCE, other="s1")}, {Subject(Level.PROBE, other="p1")}],
    ),
    (
        "a source that names its data center, and a cell there",
        [fires(Subject(Level.SOURCE, "", "dc3", "", "s1"), 1), fires(cell("risk", "dc3"), 1)],
        [{DC3}],
    ),
]


@pytest.mark.parametrize(("what", "facts", "areas"), ONE_TICK, ids=[each[0] for each in ONE_TICK])
@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
def test_one_tick(story: Story, what: str, facts: list[Transition], areas: list[set[Subject]], backwards: bool) -> None:
    """What fails at once is one incident per failure, in whichever order its alerts come."""
    story.tick(1, *(reversed(facts) if backwards else facts))
    assert {frozenset(each.areas) for each in story.ongoing} == set(map(frozenset, areas))
    assert len(story.ongoing) == len(areas)


MANY_TICKS = [
    ("a data center, cell by cell", [[each] for each in column("dc3")], 1),
    ("a product, cell by cell", [[each] for each in row("risk")], 1),
    (
        "a DCN, then its cell, then the data center",
        [[fires(dcn("risk", "dc3", "d1"), 1)], [fires(cell("risk", "dc3"), 1)], column("dc3")],
        1,
    ),
    ("a product thinly, then one of its cells", [[fires(product("risk"), 1)], [fires(cell("risk", "dc2"), 1)]], 1),
    ("the bank first, then what it is", [[fires(BANK, 1)], [fires(product("risk"), 1)], row("risk")], 1),
    ("a data center and, later, a product that it holds too", [column("dc3"), row("identity")], 2),
    ("a data center and, later, another product elsewhere", [column("dc3"), [fires(cell("unknown", "dc5"), 1)]], 2),
    ("the whole bank, product after product", [row(name) for name in PRODUCTS], 1),
    ("parents that cross late", [column("dc3"), [fires(product(p), 1) for p in PRODUCTS], [fires(BANK, 1)]], 1),
]


@pytest.mark.parametrize(("what", "ticks", "incidents"), MANY_TICKS, ids=[each[0] for each in MANY_TICKS])
def test_many_ticks(story: Story, what: str, ticks: list[list[Transition]], incidents: int) -> None:
    """What fails bit by bit ends as one open incident per failure."""
    for second, facts in enumerate(ticks):
        story.tick(second, *facts)
    assert len(story.ongoing) == incidents, [each.areas for each in story.ongoing]


def test_a_product_that_failed_before_its_cell_stays_wide(story: Story) -> None:
    """A thin failure everywhere does not shrink to the first cell that crosses its own threshold."""
    story.tick(1, fires(product("risk"), 1)).tick(9, fires(cell("risk", "dc2"), 9))
    assert story.ongoing[0].areas == (product("risk"),)


def test_a_ticket_opens_nothing_and_widens_nothing(story: Story) -> None:
    """Only alerts that page open an incident; a ticket of the same failure joins it."""
    ticket = fires(product("risk"), 2, "slow", Severity.TICKET)
    assert story.tick(1, ticket).open == ()
    story.tick(2, fires(cell("risk", "dc2"), 2), ticket)
    assert story.only.areas == (cell("risk", "dc2"),)
    assert len(story.only.members) == 2


def test_crossing_incidents_that_were_written_leave_a_pointer() -> None:
    """Who has the address of an incident that was taken up finds the one that took it up."""
    story = Story()
    for second, name in enumerate(PRODUCTS[:2]):
        story.tick(second, *row(name, second))
    stored = tuple(replace(each, version=1) for each in story.open)
    folded = fold(stored, row("identity", 5), at(5), FoldingRules())
    (whole,) = folded.open
    assert whole.areas == (BANK,)
    assert {each.merged_into for each in folded.changed if each is not whole} == {whole.id}


def test_products_that_go_dark_one_after_the_other_become_one_incident_of_the_bank() -> None:
    story = Story()
    for second, name in enumerate(PRODUCTS, start=1):
        story.tick(second, fires(product(name), second, "unknown", Severity.PAGE))
    ongoing = [each for each in story.open if each.firing]
    assert [set(each.areas) for each in ongoing] == [{BANK}]
    assert {member.key.subject for member in ongoing[0].members} == {product(name) for name in PRODUCTS}
