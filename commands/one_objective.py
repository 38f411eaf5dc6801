"""One objective out of an OpenSLO file, for commands that speak of a single one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alerts.openslo.binding import bind
from alerts.openslo.findings import errors
from alerts.openslo.loading import Documents, load
from alerts.openslo.model import SloDocument
from alerts.policy import Policy, Slo
from commands.errors import CommandError
from slo.budgeting import Method


@dataclass(frozen=True, slots=True)
class Chosen:
    """One objective. ``product``: of the catalog, when the file binds it to one; empty when it does not."""

    slo: Slo
    product: str


def chosen_slo(path: Path, name: str | None, policy: Policy) -> Chosen:
    """The objective of an OpenSLO file; ``name`` chooses among several. What the file refers to need not be there: only
    the objective is asked for. Raises CommandError with the first defect."""
    documents = load([path])
    if documents.unreadable:
        raise CommandError(str(documents.unreadable[0]))
    slos = {slo.metadata.name: slo for slo in documents.slos}
    found = slos.get(name) if name is not None else next(iter(slos.values()), None)
    if found is None:
        raise CommandError(_none(path, name, documents, slos))
    if len(slos) > 1 and name is None:
        raise CommandError(f"{path}: holds several SLOs; choose one with --name: {', '.join(sorted(slos))}")
    if found.composite or found.method is not Method.OCCURRENCES or len(found.goals) != 1:
        raise CommandError(
            f"{found.place.file}:{found.place.line}: SLO {found.metadata.name} is replayed only with one objective"
            " that counts events (budgetingMethod: Occurrences)"
        )
    bound = next((slo for slo in bind(documents, policy).slos if slo.id == found.metadata.name), None)
    return Chosen(bound, bound.product) if bound is not None else Chosen(_unbound(found, policy), "")


def _unbound(document: SloDocument, policy: Policy) -> Slo:
    """An objective whose counts come from elsewhere: the rows are one product's, named like the SLO."""
    name = document.metadata.name
    shown = document.metadata.display_name or name
    return Slo(
        name,
        name,
        document.goals[0].objective,
        document.window.duration.seconds,
        policy,
        {"en": shown, "zh": document.terms.name_zh or shown},
        document.terms.runbook,
    )


def _none(path: Path, name: str | None, documents: Documents, slos: dict[str, SloDocument]) -> str:
    found = errors(documents.findings)
    if found:
        return f"{found[0]} (python app.py slo validate {path} lists everything)"
    if name is not None:
        return f"{path}: no SLO {name!r}; it holds: {', '.join(sorted(slos)) or 'none'}"
    return f"{path}: holds no object of kind SLO"
