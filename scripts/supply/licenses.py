"""Prints docs/licenses.md: the licence of every package, of what is shipped and of what only checks need.

usage: python -m scripts.supply.licenses > docs/licenses.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from scripts.supply.licensed import licence
from scripts.supply.locked import ROOT, Package, locked
from scripts.supply.vendored import assets

HEAD = """\
# Licences
Written by `make licenses` from what the installed packages say of themselves; a test compares. The product itself is
Apache-2.0. Where a package offers several licences ("OR") the most permissive is chosen. LGPL and MPL packages are used
as they are, through their public interfaces, and are replaceable by `pip install`; none is changed.
"""


def page() -> str:
    """The whole page."""
    shipped = locked(ROOT / "requirements.lock")
    names = {package.name for package in shipped}
    checks = [package for package in locked(ROOT / "requirements-dev.lock") if package.name not in names]
    inside = [f"| {each.path} | {each.version} | {each.licence} |" for each in assets()]
    parts = [
        HEAD,
        "## Runs with the product",
        *_table(shipped),
        *inside,
        "",
        "## Needed by checks only",
        *_table(checks),
    ]
    return "\n".join(parts) + "\n"


def _table(packages: Iterable[Package]) -> Iterator[str]:
    yield "| package | version | licence |"
    yield "|---|---|---|"
    for package in packages:
        yield f"| {package.name} | {package.version} | {licence(package.name)} |"


if __name__ == "__main__":
    sys.stdout.write(page())
