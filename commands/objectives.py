"""The objectives that commands speak of: those of the OpenSLO files, else the catalog's own."""

from __future__ import annotations

from alerts.catalog_slos import slos_of_catalog
from alerts.openslo.binding import Bound, bind
from alerts.openslo.findings import Finding, errors, in_order
from alerts.openslo.loading import Documents, load
from alerts.policy import Slo
from alerts.sliced.model import SlicedSlo
from commands.errors import CommandError
from commands.options import Configuration
from settings import slos_path


def objectives(chosen: Configuration) -> tuple[Slo, ...]:
    """The bank's objectives over events, then those of the products in the catalog's order. Raises CommandError with
    the first defect of the OpenSLO files."""
    bound = _sound(chosen)
    if bound is None:
        return tuple(slos_of_catalog(chosen.catalog, chosen.policy))
    order = {product.id: place for place, product in enumerate(chosen.catalog.products, start=1)}
    return tuple(sorted(bound.slos, key=lambda slo: (order.get(slo.product, 0), slo.id)))


def sliced_objectives(chosen: Configuration) -> tuple[SlicedSlo, ...]:
    """Objectives by slices of time and composites, in the order of the files. Raises CommandError."""
    bound = _sound(chosen)
    return () if bound is None else bound.sliced


def _sound(chosen: Configuration) -> Bound | None:
    """What the OpenSLO files hold; None without any. Raises CommandError with their first defect."""
    documents = documents_of(chosen)
    if documents is None:
        return None
    bound = bound_of(chosen, documents)
    broken = [*documents.unreadable, *errors(bound.findings)]
    if broken:
        more = f" (and {len(broken) - 1} more; python app.py check lists them)" if len(broken) > 1 else ""
        raise CommandError(f"{broken[0]}{more}")
    return bound


def documents_of(chosen: Configuration) -> Documents | None:
    """What the OpenSLO files of a configuration hold; None when it has none."""
    path = slos_path(chosen.path, chosen.settings)
    return None if path is None else load([path])


def bound_of(chosen: Configuration, documents: Documents) -> Bound:
    """What the engine watches of them, with every finding: of the files and of what they name in the catalog."""
    bound = bind(documents, chosen.policy, [product.id for product in chosen.catalog.products])
    return Bound(bound.slos, in_order((*documents.findings, *bound.findings)), bound.sliced)


def objective_findings(chosen: Configuration) -> tuple[Finding, ...]:
    """Everything that is to be said against the OpenSLO files of a configuration."""
    documents = documents_of(chosen)
    return () if documents is None else (*documents.unreadable, *bound_of(chosen, documents).findings)
