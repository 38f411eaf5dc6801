"""How long a bill of a million rows takes into an empty ledger, and again into the same: seconds, megabytes.

    python -m benchmarks.costs [ROWS]

Draws a FOCUS 1.2 bill (36 columns, amounts that differ in every row, hours of a month, 200 resources a service),
imports it twice with the command itself, and exits 1 when the first takes more than 30 s or 500 MB per million rows.
"""

from __future__ import annotations

import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

MOST_S, MOST_MB = 30.0, 500.0
SERVICES = {
    "Elastic Compute": "Compute",
    "Block Storage": "Storage",
    "Relational Database": "Databases",
    "Gateway": "Networking",
}
COLUMNS = (
    *("BilledCost", "EffectiveCost", "ListCost", "ContractedCost", "BillingAccountId", "BillingAccountName"),
    *("BillingCurrency", "BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd"),
    *("ChargeCategory", "ChargeClass", "ChargeDescription", "ChargeFrequency", "CommitmentDiscountId"),
    *("CommitmentDiscountStatus", "ConsumedQuantity", "ConsumedUnit", "InvoiceId", "InvoiceIssuerName"),
    *("ListUnitPrice", "PricingCategory", "PricingQuantity", "PricingUnit", "ProviderName", "PublisherName"),
    *("RegionId", "ResourceId", "ResourceName", "ServiceCategory", "ServiceName", "SkuId", "SkuPriceId"),
    *("SubAccountId", "Tags"),
)


def write_bill(path: Path, rows: int) -> None:
    """Draws a bill."""
    drawn = random.Random(7)
    begin = datetime(2026, 9, 1, tzinfo=UTC)
    hours = [(begin + timedelta(hours=hour)).strftime("%Y-%m-%dT%H:%M:%SZ") for hour in range(721)]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for _ in range(rows):
            writer.writerow(_row(drawn, hours))


def _row(drawn: random.Random, hours: list[str]) -> list[str]:
    cost = drawn.randrange(10**10)
    listed, billed = f"0.{cost:011d}", f"0.{cost * 9 // 10:011d}"
    hour, number = drawn.randrange(720), drawn.randrange(40)
    account = f"sub-{number}"
    service, category = drawn.choice(list(SERVICES.items()))
    name = f"{service.lower().replace(' ', '-')}-{drawn.randrange(200)}"
    tags = json.dumps({"product": f"product-{number % 12}", "environment": "prod"})
    return [
        billed, billed, listed, billed, "bank-1", "Bank", "CNY", hours[0], hours[720], hours[hour], hours[hour + 1],
        "Usage", "", f"{service} by the hour", "Usage-Based", "", "", "1", "Hours", "in-1", "Cloud", listed, "Standard",
        "1", "Hours", "Cloud", "Cloud", f"region-{drawn.randrange(3)}", f"res/{account}/{name}", name, category,
        service, f"sku-{drawn.randrange(300)}", f"price-{drawn.randrange(300)}", account, tags,
    ]  # fmt: skip


def _cpu_s() -> float:
    """Processor time of all that has ended, the second reader as well."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    """Prints the figures."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        bill = Path(folder) / "bill.csv"
        write_bill(bill, rows)
        print(f"{rows:,} rows, {len(COLUMNS)} columns, {bill.stat().st_size / 1e6:,.0f} MB")
        seconds = []
        for what in ("first import", "again"):
            began, used = time.monotonic(), _cpu_s()
            command = [sys.executable, "app.py", "costs", "import", str(bill), "--data", f"{folder}/data", "--json"]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            seconds.append(time.monotonic() - began)
            ledger = json.loads(done.stdout)["ledger"]
            print(f"{what:<13} {seconds[-1]:6.1f} s, CPU {_cpu_s() - used:6.1f} s  {ledger}", flush=True)
        most_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"at most       {most_mb:6.0f} MB")
    share = max(1.0, rows / 1_000_000)
    return int(seconds[0] > MOST_S * share or most_mb > MOST_MB * share)


if __name__ == "__main__":
    sys.exit(main())
