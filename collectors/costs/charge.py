"""One charge of a billing file, whatever the file was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from store.costs import Amounts

NO_REVISION = -1
"""Of a charge whose file numbers no revisions."""


@dataclass(frozen=True, slots=True)
class Period:
    """When a charge accrued, ``[from_s, to_s)``, and the billing period that it is invoiced in; epoch seconds, UTC.

    Unknown ends equal their begins; ``billing_from_s`` is None when the file does not say.
    """

    from_s: int
    to_s: int
    billing_from_s: int | None
    billing_to_s: int | None


@dataclass(frozen=True, slots=True)
class About:
    """What many charges have in common. Empty text: the file does not say. ``kind``: usage, purchase, tax, credit or
    adjustment; ``category`` and ``service`` as FOCUS has them; ``product`` and ``data_center`` from tags; ``unused``:
    of a commitment that was paid and not used."""

    provider: str
    account: str
    sub_account: str
    currency: str
    kind: str
    correction: bool
    category: str
    service: str
    product: str = ""
    data_center: str = ""
    unused: bool = False


class Charge(NamedTuple):
    """One row. ``row`` counts records after the header from 1; ``digest``: of everything that the row says; ``id`` is
    empty when the file gives charges no id; ``commitment``: id of the commitment discount."""

    row: int
    amounts: Amounts
    period: Period
    about: About
    id: str
    revision: int
    digest: bytes
    commitment: str = ""
    part: int = 0
