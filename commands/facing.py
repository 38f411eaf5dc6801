"""The HTTP face of alerting and reports as the configuration wants it."""

from __future__ import annotations

from commands.breaking import breaker_of
from commands.costs_shown import desk_of
from commands.described import configured
from commands.errors import refusing
from commands.guarding import load_runs_tokens
from commands.objectives import objectives, sliced_objectives
from commands.options import Configuration
from commands.report_files import bank_of
from commands.report_sending import plan_of, quiet_libraries, workdays
from commands.version import VERSION
from dashboard.api.setting import ApiSetting
from dashboard.api.slicing import SlicedBudgets
from dashboard.reporting.cost_books import CostBooks
from dashboard.reporting.setting import Reporting
from settings import SettingsError, load_regulatory, regulatory_path
from store.audit_witness import Witness
from store.port import Store


def api_setting(chosen: Configuration, store: Store) -> ApiSetting:
    """What the routes are built on. Raises CommandError with the first defect of what it is made from."""
    with refusing(SettingsError):
        table = load_regulatory(regulatory_path(chosen.path, chosen.settings))
    bank = bank_of(chosen)
    quiet_libraries()
    desk = chosen.settings.desk.policy(chosen.policy)
    return ApiSetting(
        store,
        chosen.catalog,
        objectives(chosen),
        desk,
        table,
        VERSION,
        load_runs_tokens(chosen, store),
        chosen.settings.capacity.policy(),
        Reporting(bank, plan_of(chosen), workdays),
        kinds=chosen.kinds,
        costs=CostBooks(desk_of(chosen)),
        sliced=SlicedBudgets(sliced_objectives(chosen), frozenset(source.id for source in chosen.settings.sources)),
        configured=configured(chosen),
        breaker=breaker_of(chosen),
        witness=Witness(chosen.data),
    )
