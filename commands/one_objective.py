"""One SLO out of an OpenSLO file, for commands that speak of a single one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alerts.openslo.binding import bind
from alerts.openslo.findings import errors
from alerts.openslo.loading import Documents, load
from alerts.openslo.model import SloDocument
from alerts.policy import Policy, Slo
from alerts.sliced.model import SlicedSlo
from commands.errors import CommandError


@dataclass(frozen=True, slots=True)
class Chosen:
    """One SLO. ``own``: its products are those of the catalog; else they are names for what others count."""

    objectives: tuple[Slo | SlicedSlo, ...]
    own: bool


def chosen_slo(path: Path, name: str | None, policy: Policy) -> Chosen:
    """The objectives of one SLO of an OpenSLO file; ``name`` chooses among several. What the file refers to need not be
    there: only the objectives are asked for. What other types of queries count is taken for a product of the SLO's
    name, in a composite of the indicator's. Raises CommandError with the first defect."""
    documents = load([path])
    if documents.unreadable:
        raise CommandError(str(documents.unreadable[0]))
    slos = {slo.metadata.name: slo for slo in documents.slos}
    found = slos.get(name) if name is not None else next(iter(slos.values()), None)
    if found is None:
        raise CommandError(_none(path, name, documents, slos))
    if len(slos) > 1 and name is None:
        raise CommandError(f"{path}: holds several SLOs; choose one with --name: {', '.join(sorted(slos))}")
    bound = bind(documents, policy, foreign=True)
    made: list[Slo | SlicedSlo] = [*bound.slos, *bound.sliced]
    known = {slo.id: slo for slo in made}
    ids = [found.metadata.name, *(f"{found.metadata.name}.{number}" for number in range(2, len(found.goals) + 1))]
    chosen = tuple(known[id] for id in ids if id in known)
    if not chosen:
        why = next((f": {each.message}" for each in bound.findings if each.line >= found.place.line), "")
        raise CommandError(f"{found.place.file}:{found.place.line}: SLO {found.metadata.name} cannot be replayed{why}")
    mine = bind(documents, policy)
    own = {slo.id for slo in mine.slos} | {slo.id for slo in mine.sliced}
    return Chosen(chosen, chosen[0].id in own)


def _none(path: Path, name: str | None, documents: Documents, slos: dict[str, SloDocument]) -> str:
    found = errors(documents.findings)
    if found:
        return f"{found[0]} (python app.py slo validate {path} lists everything)"
    if name is not None:
        return f"{path}: no SLO {name!r}; it holds: {', '.join(sorted(slos)) or 'none'}"
    return f"{path}: holds no object of kind SLO"
