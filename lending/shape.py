"""The layout of a data center's counts: one integer per (traffic, outcome, cell), one per (traffic, product, DCN)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

OUTCOMES = ("ok", "business_reject", "system_error", "client_abort")
OK, BUSINESS_REJECT, SYSTEM_ERROR, CLIENT_ABORT = range(4)
TRAFFICS = ("customer", "load_test")
CUSTOMER, LOAD_TEST = range(2)


class Place(NamedTuple):
    """Where events are counted. ``transaction``: the first answer to a key counts as a transaction."""

    product: str
    step: str
    dcn: str
    transaction: bool


class Shape:
    """How counts of places lie in one flat vector.

    Events lie by traffic, then outcome, then place, so that what demand draws in a second is the vector's beginning;
    transactions lie by traffic, then by (product, DCN).
    """

    def __init__(self, places: Sequence[Place]) -> None:
        self.places = tuple(places)
        self.pairs = tuple(dict.fromkeys((place.product, place.dcn) for place in self.places))
        numbers = {pair: number for number, pair in enumerate(self.pairs)}
        self.pair_of = tuple(numbers[place.product, place.dcn] for place in self.places)
        self._transacting = tuple(
            (index, self.pair_of[index]) for index, one in enumerate(self.places) if one.transaction
        )

    @property
    def events(self) -> int:
        """Length of the vector of events."""
        return len(TRAFFICS) * len(OUTCOMES) * len(self.places)

    @property
    def transactions(self) -> int:
        """Length of the vector of transactions."""
        return len(TRAFFICS) * len(self.pairs)

    def event(self, place: int, outcome: int, traffic: int) -> int:
        """Position of one count of events."""
        return (traffic * len(OUTCOMES) + outcome) * len(self.places) + place

    def transaction(self, place: int, traffic: int) -> int:
        """Position of the count of transactions that a place belongs to."""
        return traffic * len(self.pairs) + self.pair_of[place]

    def transactions_drawn(self, drawn: Sequence[int]) -> list[int]:
        """Transactions per (product, DCN) in drawn events of customers (four outcomes of every place)."""
        width = len(self.places)
        per_place = [sum(four) for four in zip(*(drawn[o * width : (o + 1) * width] for o in range(4)), strict=True)]
        totals = [0] * len(self.pairs)
        for index, pair in self._transacting:
            totals[pair] += per_place[index]
        return totals


class Totals:
    """Counts since the beginning of time, in the layout of a shape."""

    def __init__(self, shape: Shape, events: Iterable[int] = (), transactions: Iterable[int] = ()) -> None:
        self.shape = shape
        self.events = list(events) or [0] * shape.events
        self.transactions = list(transactions) or [0] * shape.transactions

    def copy(self) -> Totals:
        """Counts that go their own way from here."""
        return Totals(self.shape, self.events, self.transactions)

    def count(self, place: int, outcome: int, traffic: int, transaction: bool) -> None:
        """Counts one event."""
        self.events[self.shape.event(place, outcome, traffic)] += 1
        if transaction:
            self.transactions[self.shape.transaction(place, traffic)] += 1

    def count_drawn(self, drawn: Sequence[int]) -> None:
        """Counts the drawn events of one second."""
        for position, events in enumerate(drawn):
            if events:
                self.events[position] += events
        for pair, transactions in enumerate(self.shape.transactions_drawn(drawn)):
            self.transactions[pair] += transactions

    def reshaped(self, shape: Shape) -> Totals:
        """The same counts in another layout, which must hold every place that has counts."""
        moved = Totals(shape)
        places = {place[:3]: index for index, place in enumerate(shape.places)}
        pairs = {pair: index for index, pair in enumerate(shape.pairs)}
        for product, step, dcn, outcome, traffic, events in self.event_rows():
            moved.events[shape.event(places[product, step, dcn], outcome, traffic)] = events
        for product, dcn, traffic, transactions in self.transaction_rows():
            moved.transactions[traffic * len(shape.pairs) + pairs[product, dcn]] = transactions
        return moved

    def since(self, earlier: Totals) -> Totals:
        """What was counted after ``earlier``; both are counts of the same log, in any layout."""
        before = earlier if earlier.shape is self.shape else earlier.reshaped(self.shape)
        return Totals(
            self.shape,
            (after - then for after, then in zip(self.events, before.events, strict=True)),
            (after - then for after, then in zip(self.transactions, before.transactions, strict=True)),
        )

    def event_rows(self) -> list[tuple[str, str, str, int, int, int]]:
        """(product, step, dcn, outcome, traffic, events) wherever events were counted."""
        width = len(self.shape.places)
        rows = []
        for position, events in enumerate(self.events):
            if events:
                plane, index = divmod(position, width)
                traffic, outcome = divmod(plane, len(OUTCOMES))
                place = self.shape.places[index]
                rows.append((place.product, place.step, place.dcn, outcome, traffic, events))
        return rows

    def transaction_rows(self) -> list[tuple[str, str, int, int]]:
        """(product, dcn, traffic, transactions) wherever transactions were counted."""
        rows = []
        for position, transactions in enumerate(self.transactions):
            if transactions:
                traffic, pair = divmod(position, len(self.shape.pairs))
                rows.append((*self.shape.pairs[pair], traffic, transactions))
        return rows


def merged_shape(wanted: Shape, old: Totals) -> Shape:
    """The wanted places, followed by places of the past that have counts but are no longer wanted."""
    names = {place[:3] for place in wanted.places}
    counted = {row[:3] for row in old.event_rows()}
    gone = [place for place in old.shape.places if place[:3] in counted and place[:3] not in names]
    return Shape([*wanted.places, *gone]) if gone else wanted
