"""Bills into the ledger: every defect by name, every charge once, sums exact."""

from __future__ import annotations

import gzip
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from collectors.costs.errors import CostFileError, NotCosts, OtherNames
from collectors.costs.importing import Reading, read_file
from collectors.costs.invoices import read_invoices
from collectors.costs.opening import How
from collectors.costs.own import straight_line
from collectors.costs.report import import_json, whole
from slo.windows import SHANGHAI
from store.costs import LedgerLine, Posted, Rate, total_of
from store.invoices import Invoice
from store.port import Store
from store.rates import Rates
from tests.collectors.costs.conftest import Bill, Import

SAMPLE = Path(__file__).parents[4] / "shared" / "data" / "focus"


def ledger(store: Store) -> list[LedgerLine]:
    with store.reading() as reader:
        return reader.ledger(0, 10**11)


def rules(reading: Reading) -> dict[str, int]:
    return {f"{each.rule} {each.column}".strip(): each.rows for each in reading.defects}


def test_a_sound_bill_has_no_defect_but_old_names_are_understood(bill: Bill, imported: Import, store: Store) -> None:
    reading = imported(bill({}))
    assert (reading.version, rules(reading), reading.left_out) == ("1.0", {}, 0)
    (line,) = ledger(store)
    assert (line.line.provider, line.line.product, line.line.kind) == ("Cloud", "weilidai", "usage")
    assert line.total.billed == Decimal("1.50")


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({"ContractedCost": "NULL"}, {"cost_missing ContractedCost": 1, "literal_null": 1}),
        ({"ChargePeriodStart": "2026-09-05 01:00:00"}, {"time_without_zone": 1}),
        ({"ChargeFrequency": "Usage-based"}, {"value_spelling ChargeFrequency": 1}),
        ({"ChargeCategory": "Gift"}, {"value_unknown ChargeCategory": 1}),
        (
            {"ChargeCategory": "Credit", "BilledCost": "-2", "EffectiveCost": "-3"},
            {"credit_costs_differ EffectiveCost": 1},
        ),
        ({"ChargePeriodStart": "2026-08-31T22:00:00Z"}, {"outside_billing_period": 1}),
        ({"ChargePeriodEnd": "2026-09-01T30:00:00Z"}, {"time_unreadable ChargePeriodEnd": 1}),
        ({"ChargePeriodEnd": "2026-09-05T01:00:00Z"}, {"period_reversed": 1}),
        ({"BilledCost": "-1", "EffectiveCost": "-1"}, {"usage_negative EffectiveCost": 1}),
        ({"BilledCost": "-1", "EffectiveCost": "-1", "ChargeClass": "Correction"}, {}),
        ({"BillingCurrency": "dollars"}, {"value_unknown BillingCurrency": 1}),
        ({"Tags": "{"}, {"tags_unreadable Tags": 1}),
        ({"Team": "a"}, {"column_unknown Team": 1}),
        ({"billingaccounttype": "a"}, {"column_spelling billingaccounttype": 1}),
        ({"x_team": "a"}, {}),
    ],
)
def test_each_defect_is_named_and_the_row_still_counts(
    bill: Bill, imported: Import, row: dict[str, str], found: dict[str, int]
) -> None:
    reading = imported(bill(row))
    assert (rules(reading), reading.left_out, reading.total.charges) == (found, 0, 1)


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1e999", "-1E999", "1e25", "1,5", "0x10", "1_000", "abc"])
def test_an_amount_that_is_none_leaves_its_row_out_by_name(bill: Bill, imported: Import, amount: str) -> None:
    reading = imported(bill({}, {"EffectiveCost": amount}))
    (defect,) = reading.defects
    assert (defect.rule, defect.column, defect.row, defect.left_out) == ("cost_unreadable", "EffectiveCost", 2, True)
    assert (reading.rows, reading.left_out, reading.total.billed) == (2, 1, Decimal("1.50"))


def test_renamed_columns_tell_the_version(bill: Bill, imported: Import) -> None:
    new = {"ServiceProviderName": "New", "HostProviderName": "New"}
    assert imported(bill(new)).version == "1.3"
    reading = imported(bill(new, drop=("ProviderName", "PublisherName"), name="new.csv"))
    assert (reading.version, reading.defects, reading.lines[0].line.provider) == ("1.4", [], "New")


def test_the_same_file_again_and_a_file_that_holds_it_count_once(bill: Bill, imported: Import, store: Store) -> None:
    """Equal rows of one file are different charges; their order among themselves is what tells them apart."""
    rows = [{}, {}, {"BilledCost": "7"}]
    assert imported(bill(*rows)).posted == Posted(new=3)
    assert imported(bill(*rows)).posted == Posted(unchanged=3)
    assert imported(bill({"BilledCost": "9"}, *reversed(rows), {})).posted == Posted(new=2, unchanged=3)
    assert total_of(ledger(store)).billed == Decimal("1.5") * 3 + 7 + 9


def test_a_later_revision_replaces_and_an_older_one_does_not(bill: Bill, imported: Import, store: Store) -> None:
    def row(revision: str, cost: str) -> dict[str, str]:
        return {"x_ChargeId": "c1", "x_Revision": revision, "BilledCost": cost}

    imported(bill(row("1", "1")))
    assert imported(bill(row("3", "5"))).posted == Posted(replaced=1)
    assert imported(bill(row("2", "4"))).posted == Posted(older=1)
    assert imported(bill(row("3", "6"))).posted == Posted(contradicted=1)
    assert total_of(ledger(store)).billed == 5


def test_an_id_that_is_none_falls_back_to_contents(bill: Bill, imported: Import, store: Store) -> None:
    rows = [{"ChargeId": "same", "BilledCost": str(cost)} for cost in (1, 2, 3)]
    assert rules(imported(bill(*rows))) == {"charge_id_repeated": 2, "column_unknown ChargeId": 3}
    assert imported(bill(*reversed(rows))).posted == Posted(unchanged=3)
    assert total_of(ledger(store)).billed == 6


@pytest.mark.parametrize("good_first", [True, False])
def test_ids_that_turn_bad_or_good_do_not_count_everything_twice(
    bill: Bill, imported: Import, store: Store, *, good_first: bool
) -> None:
    """One id that comes twice names all charges of its file by their contents: other names than the ledger has."""
    rows = [{"x_ChargeId": name} for name in "abc"]
    files = [bill(*rows, name="good.csv"), bill(*rows, {"x_ChargeId": "a", "BilledCost": "9"}, name="bad.csv")]
    first, second = files if good_first else files[::-1]
    imported(first)
    before = total_of(ledger(store))
    for path, refused in ((first, False), (second, True)):
        with closing(read_file(path, How(SHANGHAI), lambda *_: None)) as file:
            if refused:
                with pytest.raises(OtherNames, match="nothing was posted: mend the ids"):
                    file.refuse_other_names(store)
            else:
                file.refuse_other_names(store)
    assert total_of(ledger(store)) == before


def test_gzip_and_parquet_say_what_csv_says(bill: Bill, imported: Import, tmp_path: Path) -> None:
    plain = bill({}, {"BilledCost": "0.00000080000"}, {"Tags": "NULL"})
    packed, columnar = tmp_path / "bill.csv.gz", tmp_path / "bill.parquet"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert imported(plain).posted == Posted(new=3)
    assert imported(packed).posted == Posted(unchanged=3)
    table = pyarrow.csv.read_csv(
        plain, convert_options=pyarrow.csv.ConvertOptions(column_types={"BilledCost": pa.decimal128(30, 11)})
    )
    pyarrow.parquet.write_table(table, columnar)
    assert imported(columnar).total.billed == Decimal("3.0000008")


def hostile(folder: Path) -> dict[str, bytes]:
    head = b"BilledCost,ChargePeriodStart\n"
    return {
        "empty": b"",
        "no FOCUS columns": b"a,b\n1,2\n",
        "separated by ';'": b"BilledCost;ChargePeriodStart\n",
        "zip archive": b"PK\x03\x04....",
        "UTF-16": "BilledCost".encode("utf-16"),
        "gb18030": head + "账".encode("gb18030") + b",1\n",
        "NUL": head + b"\0,1\n",
        "longer than": head + b"x" * (5 << 20),
        "field larger than field limit": head + b"x" * 200_000 + b",1\n",
        "unpacks to": gzip.compress(head + (b"1," + b"\n" * 60_000) * 2_000),
        "cut off or damaged": gzip.compress(head * 1000)[:-20],
        "10,000 columns": b",".join(b"c%d" % n for n in range(10_000)),
        "comes twice": b"BilledCost,ChargePeriodStart,BilledCost\n",
        "unexpected end of data": head + b'"open',
        "damaged Parquet": b"PAR1 and no more",
    }


def test_hostile_files_are_refused_in_one_line_and_leave_nothing(
    imported: Import, store: Store, tmp_path: Path
) -> None:
    for number, (said, content) in enumerate(hostile(tmp_path).items()):
        path = tmp_path / f"{number}.csv"
        path.write_bytes(content)
        with pytest.raises(CostFileError, match=said) as refused:
            imported(path)
        assert "\n" not in str(refused.value)
        assert str(path) in str(refused.value)
    assert ledger(store) == []


def test_a_chinese_file_is_read_when_its_encoding_is_said(bill: Bill, imported: Import) -> None:
    path = bill({"ServiceName": "云服务器"})
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    assert imported(path, encoding="gb18030").lines[0].line.service == "云服务器"


def own(folder: Path, *rows: str) -> Path:
    path = folder / "own.csv"
    path.write_text("kind,id,revision,from,to,amount,currency,months,residual\n" + "".join(f"{row}\n" for row in rows))
    return path


def test_hardware_is_billed_at_once_and_depreciates_to_the_fen(imported: Import, store: Store, tmp_path: Path) -> None:
    imported(own(tmp_path, "hardware,srv,1,2026-01-10,,1000.00,CNY,3,0"))
    assert [(each.line.kind, each.total.billed, each.total.effective) for each in ledger(store)] == [
        ("purchase", Decimal(1000), Decimal(0)),
        ("usage", Decimal(0), Decimal("333.34")),
        ("usage", Decimal(0), Decimal("333.33")),
        ("usage", Decimal(0), Decimal("333.33")),
    ]
    reading = imported(own(tmp_path, "hardware,srv,2,2026-01-10,,1000.00,CNY,2,100"))
    assert reading.posted == Posted(replaced=1)
    assert [each.total.effective for each in ledger(store)] == [0, 450, 450]


def test_staff_is_spread_by_days_and_bad_rows_are_named(imported: Import, store: Store, tmp_path: Path) -> None:
    reading = imported(own(tmp_path, "staff,ops,1,2026-01-17,2026-03-01,43.00,CNY,,", "rent,x,1,2026-01-01,,1,CNY,,"))
    assert [each.total.effective for each in ledger(store)] == [15, 28]
    assert (reading.left_out, rules(reading)) == (1, {"value_unknown kind": 1})


@pytest.mark.parametrize(
    ("given_away", "months"),
    [("2024-03-15", ["33.34", "33.34", "533.32"]), ("2024-04-01", ["33.34", "33.34", "533.32"]), ("2026-06-01", None)],
)
def test_hardware_that_is_given_away_costs_what_is_left_of_it(
    imported: Import, store: Store, tmp_path: Path, given_away: str, months: list[str] | None
) -> None:
    """In the month of its last day; whatever happens to it, all months together cost the amount less the residual."""
    imported(own(tmp_path, f"hardware,h,1,2024-01-31,{given_away},800.00,CNY,18,200"))
    found = [each.total.effective for each in ledger(store) if each.line.kind == "usage"]
    assert sum(found) == 600
    assert months is None or found == [Decimal(each) for each in months]


def test_an_own_cost_that_comes_twice_counts_by_its_id_all_the_same(
    imported: Import, store: Store, tmp_path: Path
) -> None:
    """The second row of one id is left out by name, and the rows beside it do not become other charges."""
    rows = ["staff,a,1,2026-01-01,2026-02-01,10.00,CNY,,", "staff,b,1,2026-01-01,2026-02-01,20.00,CNY,,"]
    imported(own(tmp_path, *rows))
    again = imported(own(tmp_path, *rows, "staff,b,1,2026-01-01,2026-02-01,21.00,CNY,,"))
    assert (again.left_out, rules(again)) == (1, {"charge_id_repeated id": 1})
    assert sum(each.total.effective for each in ledger(store)) == 30


@pytest.mark.parametrize("total", ["0.01", "-0.05", "100.00", "-99.99"])
def test_shares_add_up_whatever_the_sign(total: str) -> None:
    shares = straight_line(Decimal(total), [1, 1, 1, 4])
    assert sum(shares) == Decimal(total)


def test_a_missing_rate_is_a_defect_and_never_one(bill: Bill, imported: Import) -> None:
    reading = imported(bill({"BillingCurrency": "USD"}, {}))
    without = whole([reading], [], Rates([]), SHANGHAI, kept=True)
    assert (without.cny, [each.rule for each in without.defects]) == (None, ["rate_missing"])
    two = whole(
        [imported(bill({"BillingCurrency": "USD"}, {"BillingCurrency": "EUR"}))], [], Rates([]), SHANGHAI, kept=True
    )
    assert [each.column for each in two.defects] == ["BillingCurrency=EUR", "BillingCurrency=USD"]
    rates = Rates([Rate(date(2026, 9, 1), "USD", Decimal(7))])
    assert whole([reading], [], rates, SHANGHAI, kept=True).cny == 12
    assert rates.rate("USD", date(2026, 8, 31)) is None
    assert rates.rate("USD", date(2026, 10, 3)) is None


def test_an_hour_of_a_commitment_costs_what_the_specification_says(bill: Bill, imported: Import) -> None:
    """Its worked example: 8,760 paid for a year is 1.00 an hour, used or not."""
    year = {"ChargePeriodStart": "2026-01-01T00:00:00Z", "ChargePeriodEnd": "2027-01-01T00:00:00Z"}
    common = {
        "CommitmentDiscountId": "cud",
        "CommitmentDiscountStatus": "",
        "BillingPeriodStart": "",
        "BillingPeriodEnd": "",
    }
    paid = {**common, **year, "ChargeCategory": "Purchase", "BilledCost": "8760.00", "EffectiveCost": "0.00"}
    hour = {**common, "BilledCost": "0.00", "EffectiveCost": "1.00"}
    reading = imported(
        bill(paid, {**hour, "CommitmentDiscountStatus": "Used"}, {**hour, "CommitmentDiscountStatus": "Unused"})
    )
    (found,) = reading.commitments
    assert (found.per_hour, found.used, found.unused, found.remainder) == (1, 1, 1, 8758)
    document = import_json(whole([reading], [], Rates([]), SHANGHAI, kept=True))
    assert (document["billed"], document["effective"]) == ("8760", "2")


def test_invoices_and_credit_notes_of_one_period_are_added_up(tmp_path: Path) -> None:
    """Each by its number; without numbers two totals contradict each other, and so does one number twice."""
    file = tmp_path / "invoices.csv"
    rows = ["account,period,currency,total,invoice", "a,2026-10,USD,133.33,R-1", "a,2026-10,USD,-20.00,C-1"]
    file.write_text("\n".join([*rows, "a,2026-10,EUR,5,R-2"]))
    assert read_invoices(file) == [
        Invoice("a", "2026-10", "USD", Decimal("113.33")),
        Invoice("a", "2026-10", "EUR", Decimal(5)),
    ]
    file.write_text("\n".join([*rows, rows[1]]))
    with pytest.raises(NotCosts, match="row 3: account 'a', 2026-10, USD, invoice 'R-1' comes twice"):
        read_invoices(file)
    file.write_text("account,period,currency,total\na,2026-10,USD,1\na,2026-10,USD,2\n")
    with pytest.raises(NotCosts, match="row 2: account 'a', 2026-10, USD comes twice; which total counts"):
        read_invoices(file)
