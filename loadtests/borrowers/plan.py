"""Who borrows and how, read from one YAML file (config/loadtests.yaml) and checked whole before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

DEFAULT_PLAN = Path(__file__).resolve().parents[2] / "config" / "loadtests.yaml"

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Route = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}/[a-z][a-z0-9_]{0,31}$")]
Count = Annotated[int, Field(ge=0, strict=True)]
Positive = Annotated[int, Field(gt=0, strict=True)]
Share = Annotated[Decimal, Field(ge=0, le=1)]
StepKind = Literal[
    "check", "apply", "identify", "assess", "draw", "read", "repay", "repay_all", "clear", "reconcile", "ledgers"
]
_OF_A_LOAN = ("draw", "read", "repay", "repay_all")


class BadPlan(ValueError):
    """The plan does not say what it must: one line with file, line and field."""

    def __init__(self, file: Path, line: int, field: str, problem: str) -> None:
        super().__init__(f"{file}:{line}: {field}: {problem}")


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ClientPolicy(_Record):
    """How the real client behaves: its deadline, its bounded retries, its time-out for one call."""

    deadline_ms: Positive
    attempts: Annotated[int, Field(ge=1, le=10, strict=True)]
    attempt_timeout_ms: Positive
    backoff_ms: Count

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.attempt_timeout_ms > self.deadline_ms:
            raise ValueError("attempt_timeout_ms must not be longer than deadline_ms")
        return self


class Promise(_Record):
    """What a product promises its borrowers."""

    limit_fen: Positive
    instalments: Annotated[tuple[Positive, ...], Field(min_length=1)]
    daily_rate_ppm: Count
    partner_share: Share = Decimal(0)
    guarantor_share: Share = Decimal(0)


class Amounts(_Record):
    """Log-normal amounts in fen, cut to [least, most] and rounded down to a multiple."""

    median: Positive
    sigma: Annotated[float, Field(ge=0, le=3)]
    least: Positive
    most: Positive
    multiple_of: Positive

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.least <= self.median <= self.most:
            raise ValueError("least, median and most must be in this order")
        if self.multiple_of > self.least:
            raise ValueError("multiple_of must not be more than least")
        return self


class Step(_Record):
    """One step of a journey. ``ask``: product/step; ``times``: at least and at most so often; ``read``: look at the
    loan after each, counted under this name; ``level`` of an identification, ``postings`` of a clearing batch."""

    ask: Route
    kind: StepKind = Field(alias="as")
    chance: Annotated[float, Field(gt=0, le=1)] = 1.0
    times: tuple[Positive, Positive] = (1, 1)
    read: Route | None = None
    level: Literal["simple", "standard", "advanced"] = "standard"
    postings: Positive = 1000

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.times[0] > self.times[1]:
            raise ValueError("times must be at least, then at most")
        return self

    @cached_property
    def round(self) -> tuple[Step, ...]:
        """The step itself, and the look at the loan after it."""
        return (self,) if self.read is None else (self, Step.model_validate({"ask": self.read, "as": "read"}))


class Borrower(_Record):
    """One kind of borrower; ``name`` is its tag."""

    name: Name
    weight: Count
    think_seconds: tuple[Annotated[float, Field(ge=0)], Annotated[float, Field(ge=0, le=3600)]]
    loan: Name | None = None
    tenants: tuple[str, ...] = ()
    amount_fen: Amounts | None = None
    instalments: Mapping[int, Positive] = Field(default_factory=dict)
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.think_seconds[0] > self.think_seconds[1]:
            raise ValueError("think_seconds must be at least, then at most")
        kinds = [step.kind for step in self.steps if step.chance == 1]
        if any(step.kind in _OF_A_LOAN for step in self.steps) and not (self.loan and self.amount_fen):
            raise ValueError("who draws or repays needs loan and amount_fen")
        for position, step in enumerate(self.steps):
            before = {one.kind for one in self.steps[:position] if one.chance == 1}
            if step.kind == "draw" and "identify" not in before:
                raise ValueError("identity must be verified before money is drawn: put an identify step before draw")
            if step.kind in ("read", "repay", "repay_all") and "draw" not in before:
                raise ValueError(f"{step.kind} needs a draw before it")
        if kinds.count("draw") > 1:
            raise ValueError("one journey draws once")
        return self


class Plan(_Record):
    """The whole file."""

    version: str
    client: ClientPolicy
    loans: Mapping[Name, Promise]
    borrowers: Annotated[tuple[Borrower, ...], Field(min_length=1)]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the borrowers, in the order of the file."""
        return tuple(borrower.name for borrower in self.borrowers)

    def weighted(self, weights: Mapping[str, int]) -> Plan:
        """The same plan with other weights; those that are not named are 0. ``weights`` names borrowers only."""
        changed = tuple(one.model_copy(update={"weight": weights.get(one.name, 0)}) for one in self.borrowers)
        return self.model_copy(update={"borrowers": changed})

    def hurried(self, factor: float) -> Plan:
        """The same plan with all think times multiplied; 0: nobody thinks."""
        changed = tuple(
            one.model_copy(update={"think_seconds": tuple(seconds * factor for seconds in one.think_seconds)})
            for one in self.borrowers
        )
        return self.model_copy(update={"borrowers": changed})


def load_plan(path: Path = DEFAULT_PLAN) -> Plan:
    """The plan that the file describes. Raises BadPlan with file, line and field."""
    try:
        tree = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise BadPlan(path, 1, "file", error.strerror or "cannot be read") from None
    except UnicodeDecodeError:
        raise BadPlan(path, 1, "file", "is not UTF-8 text") from None
    except yaml.YAMLError as error:
        raise BadPlan(path, 1, "file", f"is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(tree, yaml.MappingNode):
        raise BadPlan(path, 1, "file", "holds no mapping of fields")
    try:
        plan = Plan.model_validate(yaml.SafeLoader("").construct_document(tree))
    except yaml.YAMLError as error:
        raise BadPlan(path, 1, "file", f"is not YAML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        defects = error.errors(include_url=False, include_context=False)
        first = next((one for one in defects if one["type"] == "extra_forbidden"), defects[0])  # a typo's cause
        where = tuple(first["loc"])
        field = ".".join(str(part) for part in where) or "file"
        raise BadPlan(path, _line(tree, where), field, first["msg"].removeprefix("Value error, ")) from None
    for where, problem in _contradictions(plan):
        raise BadPlan(path, _line(tree, where), ".".join(str(part) for part in where), problem)
    return plan


def _contradictions(plan: Plan) -> Iterator[tuple[tuple[int | str, ...], str]]:
    """What is right by itself and wrong together."""
    for position, borrower in enumerate(plan.borrowers):
        where = ("borrowers", position)
        if borrower.name in plan.names[:position]:
            yield (*where, "name"), f"{borrower.name} is there twice"
        if borrower.loan is None:
            continue
        if borrower.loan not in plan.loans:
            yield (*where, "loan"), f"loans promises nothing for {borrower.loan}"
            continue
        strange = set(borrower.instalments) - set(plan.loans[borrower.loan].instalments)
        if strange or not borrower.instalments:
            yield (*where, "instalments"), f"must be among those of {borrower.loan}"
    if not any(borrower.weight for borrower in plan.borrowers):
        yield ("borrowers",), "all weights are 0"


def parsed_weights(text: str, names: Sequence[str]) -> dict[str, int]:
    """Weights like ``micro=80,sme=20``. Raises ValueError with one clear line."""
    weights: dict[str, int] = {}
    for part in text.split(","):
        name, equals, number = part.strip().partition("=")
        if not equals or not (number.isascii() and number.isdecimal()):
            raise ValueError(f"{part.strip()!r} is not borrower=whole number, for example micro=80,sme=20")
        if name not in names:
            raise ValueError(f"there is no borrower {name!r}; there are {', '.join(names)}")
        weights[name] = int(number)
    if not any(weights.values()):
        raise ValueError("all weights are 0")
    return weights


def _line(node: yaml.Node, where: Sequence[int | str]) -> int:
    """The line of the deepest part of ``where`` that the file has."""
    line = node.start_mark.line + 1
    for part in where:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(part)), None)
            if found is None:
                return line
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line
