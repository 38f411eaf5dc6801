"""The reference estate as data: products, steps, data centers, accounts and costs, read from one YAML file.

The file is checked whole before anything starts; what is wrong is said in one line with file, line and field.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lending.cells import Cell
from lending.errors import BadEstate

ACCOUNT_STATES = ("registered", "open", "active")
COST_CATEGORIES = ("compute", "storage", "network", "database", "licences", "staff", "facilities", "third_party")

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
TenantId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
Share = Annotated[Decimal, Field(ge=0, lt=1)]
PositiveShare = Annotated[Decimal, Field(gt=0, le=1)]
Count = Annotated[int, Field(ge=0, strict=True)]
Positive = Annotated[int, Field(gt=0, strict=True)]
StepKind = Literal["apply", "identity", "risk", "draw", "repay", "check", "notice", "clear", "reconcile"]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Latency(_Record):
    """Log-normal time to answer: the median and the spread of its logarithm."""

    median_ms: Positive
    sigma: Annotated[Decimal, Field(gt=0, le=3)]

    def share_within(self, limit_ms: float) -> float:
        """Share of answers that take at most ``limit_ms``."""
        if limit_ms <= 0:
            return 0.0
        spread = (math.log(limit_ms) - math.log(self.median_ms)) / float(self.sigma)
        return 0.5 * math.erfc(-spread / math.sqrt(2))

    @property
    def mean_ms(self) -> float:
        """Mean time to answer."""
        return self.median_ms * math.exp(float(self.sigma) ** 2 / 2)


class Step(_Record):
    """One kind of request of a product.

    ``events`` per transaction of the product; ``transaction``: its requests are counted as transactions, once by key.
    The shares are of events.
    """

    id: Name
    kind: StepKind
    transaction: Annotated[bool, Field(strict=True)]
    events: Annotated[Decimal, Field(gt=0, le=100)]
    reject_share: Share
    error_share: Share
    abort_share: Share
    latency: Latency


class LoanTerms(_Record):
    """What a loan may be. ``daily_rate_ppm``: interest by the day in millionths of what is owed; ``partner_share`` of
    a joint loan is lent by the partner bank, ``guarantor_share`` is covered by a guarantor."""

    limit_fen: Positive
    instalments: Annotated[tuple[Positive, ...], Field(min_length=1)]
    daily_rate_ppm: Count
    partner_share: Share = Decimal(0)
    guarantor_share: Share = Decimal(0)


class Product(_Record):
    """One lending product. ``share`` of the bank's transactions; ``tenants``: requests name the institution."""

    id: Name
    share: PositiveShare
    tenants: Annotated[bool, Field(strict=True)] = False
    accounts: Mapping[str, Count] = Field(default_factory=dict)
    bad_loan_ratio: Share | None = None
    loan: LoanTerms | None = None
    it_cost_fen_per_year: Mapping[str, Count]
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]

    def step(self, step_id: str) -> Step | None:
        """The step of that name, None when there is none."""
        return next((step for step in self.steps if step.id == step_id), None)


class DataCenter(_Record):
    """One data center and its ``share`` of the customers."""

    id: Name
    share: PositiveShare


class Estate(_Record):
    """The whole estate, in the order of the file."""

    version: str
    time_zone: str
    transactions_per_day: Positive
    client_deadline_ms: Positive
    data_centers: Annotated[tuple[DataCenter, ...], Field(min_length=1)]
    dcns_per_data_center: Annotated[int, Field(ge=1, le=99, strict=True)]
    products: Annotated[tuple[Product, ...], Field(min_length=1)]
    tenants: tuple[TenantId, ...] = ()

    @cached_property
    def tenant_set(self) -> frozenset[str]:
        """Every tenant, to look one up."""
        return frozenset(self.tenants)

    def dcns(self, data_center: str) -> tuple[str, ...]:
        """Names of the DCNs of one data center."""
        return tuple(f"{data_center}-n{number:02d}" for number in range(1, self.dcns_per_data_center + 1))

    def has_data_center(self, data_center: str) -> bool:
        """Whether the estate has a data center of that name."""
        return any(one.id == data_center for one in self.data_centers)

    def cells(self, data_center: str) -> tuple[Cell, ...]:
        """Every cell of one data center: (product, step, DCN) in the order of the file."""
        share = next(one.share for one in self.data_centers if one.id == data_center)
        dcns = self.dcns(data_center)
        return tuple(
            _cell(product, step, dcn, share / len(dcns))
            for product in self.products
            for step in product.steps
            for dcn in dcns
        )

    def part(self, whole: int, data_center: str) -> int:
        """This data center's part of a whole number; the parts of all data centers add up to the whole."""
        before = Fraction(0)
        for one in self.data_centers:
            after = before + Fraction(one.share)
            if one.id == data_center:
                return math.floor(whole * after) - math.floor(whole * before)
            before = after
        return 0


def load_estate(path: Path) -> Estate:
    """The estate that the file describes.

    Raises BadEstate with file, line and field when the file cannot be read or does not say what it must.
    """
    tree = _tree(path)
    problem = _duplicate(tree)
    if problem is not None:
        raise BadEstate(path, _line(tree, problem), _field(problem), "is given twice")
    try:
        content = yaml.SafeLoader("").construct_document(tree)
    except (ValueError, yaml.YAMLError) as error:  # ValueError: a date that no calendar has
        raise BadEstate(path, 1, "file", f"holds a value that is none: {' '.join(str(error).split())}") from None
    try:
        estate = Estate.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = tuple(first["loc"])
        raise BadEstate(path, _line(tree, where), _field(where), first["msg"]) from None
    for where, text in _contradictions(estate):
        raise BadEstate(path, _line(tree, where), _field(where), text)
    return estate


def _cell(product: Product, step: Step, dcn: str, dcn_share: Decimal) -> Cell:
    weight = product.share * step.events * dcn_share
    return Cell(
        product=product.id,
        step=step.id,
        dcn=dcn,
        weight=float(weight),
        reject_share=float(step.reject_share),
        error_share=float(step.error_share),
        abort_share=float(step.abort_share),
    )


_Where = tuple[int | str, ...]
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LONGEST_TEXT = 1_000_000
_DEEPEST = 20
_MOST_VALUES = 50_000


def _tree(path: Path) -> yaml.Node:
    try:
        text = path.read_text(encoding="utf-8")
        _refuse_bomb(path, text)
        tree = yaml.compose(text, Loader=_LOADER)
    except OSError as error:
        raise BadEstate(path, 1, "file", error.strerror or "cannot be read") from None
    except UnicodeDecodeError:
        raise BadEstate(path, 1, "file", "is not UTF-8 text") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadEstate(path, line, "file", f"is not YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise BadEstate(path, 1, "file", f"is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(tree, yaml.MappingNode):
        raise BadEstate(path, 1, "file", "holds no mapping of fields")
    return tree


def _refuse_bomb(path: Path, text: str) -> None:
    """Raises BadEstate for what would take more time or memory than any estate; YAMLError."""
    if len(text) > _LONGEST_TEXT:
        raise BadEstate(path, 1, "file", f"is longer than {_LONGEST_TEXT} characters")
    depth = values = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        values += isinstance(event, yaml.NodeEvent)
        if depth > _DEEPEST or values > _MOST_VALUES or isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line + 1 if event.start_mark else 1
            most = f"at most {_MOST_VALUES:,} values, {_DEEPEST} deep, and no alias (*name)"
            raise BadEstate(path, line, "file", f"is no estate: it may hold {most}")


def _duplicate(node: yaml.Node, where: _Where = ()) -> _Where | None:
    """Where a key is given twice, which YAML would let pass; None when nowhere."""
    seen: set[str] = set()
    for key, child in _children(node):
        here = (*where, key)
        if isinstance(node, yaml.MappingNode) and str(key) in seen:
            return here
        seen.add(str(key))
        found = _duplicate(child, here)
        if found is not None:
            return found
    return None


def _children(node: yaml.Node) -> Iterator[tuple[int | str, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, child in node.value:
            yield str(key.value), child
    if isinstance(node, yaml.SequenceNode):
        yield from enumerate(node.value)


def _line(node: yaml.Node, where: Sequence[int | str]) -> int:
    """Line of the field, or of the nearest thing around it that the file has."""
    for part in where:
        found = [child for key, child in _children(node) if key == part]
        if not found:
            break
        node = found[-1]
    return int(node.start_mark.line) + 1


def _field(where: Sequence[int | str]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where)
    return text.removeprefix(".") or "file"


def _contradictions(estate: Estate) -> Iterator[tuple[_Where, str]]:
    """What each field alone cannot show: sums and names."""
    yield from _sum_is_one("data_centers", [one.share for one in estate.data_centers])
    yield from _sum_is_one("products", [one.share for one in estate.products])
    yield from _unique(("data_centers",), [one.id for one in estate.data_centers])
    yield from _unique(("products",), [one.id for one in estate.products])
    yield from _unique(("tenants",), list(estate.tenants))
    for index, product in enumerate(estate.products):
        where: _Where = ("products", index)
        yield from _unique((*where, "steps"), [step.id for step in product.steps])
        yield from _product_contradictions(product, where)
        if product.tenants and not estate.tenants:
            yield (*where, "tenants"), "is true, but the estate lists no tenants"


def _product_contradictions(product: Product, where: _Where) -> Iterator[tuple[_Where, str]]:
    events = sum((step.events for step in product.steps if step.transaction), Decimal(0))
    if events != 1:
        yield (*where, "steps"), f"events of the transaction steps of {product.id} add up to {events}, not 1"
    for index, step in enumerate(product.steps):
        if step.reject_share + step.error_share + step.abort_share >= 1:
            yield (*where, "steps", index), f"shares of {product.id}/{step.id} leave nothing that succeeds"
        if step.kind in ("draw", "repay") and product.loan is None:
            yield (*where, "steps", index, "kind"), f"{step.kind} needs loan terms in {product.id}"
    if product.accounts and tuple(product.accounts) != ACCOUNT_STATES:
        yield (*where, "accounts"), f"must give {', '.join(ACCOUNT_STATES)}, in this order"
    if tuple(product.it_cost_fen_per_year) != COST_CATEGORIES:
        yield (*where, "it_cost_fen_per_year"), f"must give {', '.join(COST_CATEGORIES)}, in this order"


def _sum_is_one(field: str, shares: Sequence[Decimal]) -> Iterator[tuple[_Where, str]]:
    total = sum(shares, Decimal(0))
    if total != 1:
        yield (field,), f"shares add up to {total}, not 1"


def _unique(where: _Where, names: Sequence[str]) -> Iterator[tuple[_Where, str]]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield (*where, index), f"{name} is given twice"
