from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from lending.errors import BadEstate
from lending.estate import Estate, load_estate

CONFIG = Path(__file__).resolve().parents[2] / "config" / "estate.yaml"


def test_the_cells_of_all_data_centers_expect_one_transaction_per_transaction(estate: Estate) -> None:
    """Demand is drawn by weight: the weights of transaction steps must add up to exactly the bank's transactions."""
    steps = {(product.id, step.id): step for product in estate.products for step in product.steps}
    cells = [cell for one in estate.data_centers for cell in estate.cells(one.id)]
    weight = sum(cell.weight for cell in cells if steps[cell.product, cell.step].transaction)
    assert weight == pytest.approx(1, abs=1e-12)
    assert len(cells) == 6 * 10 * len(steps)


def test_cells_lie_by_product_then_step_then_dcn_as_in_the_file(estate: Estate) -> None:
    cells = estate.cells("dc3")
    wanted = [
        (product.id, step.id, f"dc3-n{number:02d}")
        for product in estate.products
        for step in product.steps
        for number in range(1, 11)
    ]
    assert [cell[:3] for cell in cells] == wanted


@pytest.mark.parametrize("whole", [0, 1, 5, 7, 118_000_000, 6_853_886_100])
def test_the_parts_of_all_data_centers_add_up_to_the_whole(estate: Estate, whole: int) -> None:
    assert sum(estate.part(whole, one.id) for one in estate.data_centers) == whole


def test_the_bank_costs_about_two_yuan_per_active_account_and_year(estate: Estate) -> None:
    active = sum(product.accounts["active"] for product in estate.products if product.accounts)
    fen = sum(sum(product.it_cost_fen_per_year.values()) for product in estate.products)
    assert active == 374_100_000
    assert 190 <= Decimal(fen) / active <= 200


def test_the_small_institutions_are_at_least_three_hundred_with_few_bad_loans(estate: Estate) -> None:
    saas = next(product for product in estate.products if product.id == "lending_saas")
    assert len(estate.tenants) >= 300
    assert saas.bad_loan_ratio is not None
    assert saas.bad_loan_ratio <= Decimal("0.03")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("  - id: weyedai\n", "  - id: Weyedai\n", "products[1].id"),
        ("    share: 0.05\n", "    share: 0.06\n", "products"),
        ("    share: 0.05\n", "    share: many\n", "products[1].share"),
        ("    share: 0.05\n", "    share: 0.05\n    share: 0.05\n", "products[1].share"),
        ("  - id: weyedai\n", "  - id: weilidai\n", "products[1]"),
        ("client_deadline_ms: 3000", "client_deadline_ms: 0", "client_deadline_ms"),
        ("client_deadline_ms: 3000", "client_deadlin_ms: 3000", "client_deadline_ms"),
        ("{id: dc6, share: 0.162}", "{id: dc6, share: 0.262}", "data_centers"),
        ("{id: tax_data, kind: check", "{id: tax_data, kind: chek", "products[1].steps[1].kind"),
        ("{id: tax_data, kind: check, transaction: false", "{id: tax_data, kind: check, transaction: true",
         "products[1].steps"),
        ("    tenants: true\n", "    tenants: 1\n", "products[11].tenants"),
        ("accounts: {registered: 6200000, open: 4600000,", "accounts: {open: 4600000,", "products[1].accounts"),
        ("version:", "version", "file"),
    ],
)  # fmt: skip
def test_a_defect_is_one_line_with_file_line_and_field(tmp_path: Path, old: str, new: str, field: str) -> None:
    text = CONFIG.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "estate.yaml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadEstate) as caught:
        load_estate(file)
    message = str(caught.value)
    assert message.startswith(f"{file}:{caught.value.line}: {field}: ")
    assert "\n" not in message


def test_a_defect_names_the_line_on_which_the_field_stands(tmp_path: Path) -> None:
    file = tmp_path / "estate.yaml"
    lines = CONFIG.read_text(encoding="utf-8").splitlines()
    number = lines.index("    share: 0.05") + 1
    lines[number - 1] = "    share: -1"
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(BadEstate) as caught:
        load_estate(file)
    assert caught.value.line == number


@pytest.mark.parametrize("content", [b"", b"- 1\n", b"\xff\xfe", b"a: [1\n", b"a: \x00\n"])
def test_a_file_that_is_no_estate_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "estate.yaml"
    file.write_bytes(content)
    with pytest.raises(BadEstate) as caught:
        load_estate(file)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadEstate, match="No such file"):
        load_estate(tmp_path / "none.yaml")
