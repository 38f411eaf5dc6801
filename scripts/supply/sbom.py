"""Prints what the product is made of as CycloneDX 1.5 JSON: locked packages, vendored files, what needs what.

usage: python -m scripts.supply.sbom > sbom.cdx.json        (the same bytes for the same release)
"""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Iterable
from importlib.metadata import metadata, requires
from typing import Any

from packaging.requirements import Requirement

from commands.version import VERSION
from scripts.supply.licensed import UNKNOWN, licence
from scripts.supply.locked import ROOT, Package, canonical, locked
from scripts.supply.vendored import Asset, assets

PRODUCT = "lending-control-center"
PRODUCT_REF = f"pkg:generic/{PRODUCT}@{VERSION}"
NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
Json = dict[str, Any]


def document() -> Json:
    """The whole document."""
    packages = locked(ROOT / "requirements.lock")
    components = [*map(_package, packages), *map(_asset, assets())]
    content: Json = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": _product()},
        "components": components,
        "dependencies": _dependencies(packages),
    }
    serial = uuid.uuid5(NAMESPACE, json.dumps(content, sort_keys=True))
    return {**content, "serialNumber": f"urn:uuid:{serial}"}


def _product() -> Json:
    return {
        "type": "application",
        "bom-ref": PRODUCT_REF,
        "name": PRODUCT,
        "version": VERSION,
        "purl": PRODUCT_REF,
        "licenses": [{"expression": "Apache-2.0"}],
    }


def _ref(package: Package) -> str:
    return f"pkg:pypi/{package.name}@{package.version}"


def _package(package: Package) -> Json:
    return {
        "type": "library",
        "bom-ref": _ref(package),
        "name": package.name,
        "version": package.version,
        "purl": _ref(package),
        "licenses": _licences(licence(package.name)),
        **_homepage(package.name),
        "properties": [{"name": "pip:sha256", "value": digest} for digest in package.sha256],
    }


def _asset(asset: Asset) -> Json:
    return {
        "type": "file",
        "bom-ref": asset.path,
        "name": asset.path,
        "version": asset.version,
        "purl": f"pkg:npm/{asset.name}@{asset.version}",
        "licenses": _licences(asset.licence),
        "hashes": [{"alg": "SHA-256", "content": asset.sha256}],
    }


def _licences(expression: str) -> list[Json]:
    if expression == UNKNOWN:
        return [{"license": {"name": "not stated by the package"}}]
    return [{"expression": expression}]


def _homepage(name: str) -> Json:
    told = metadata(name)
    pairs = [line.partition(", ") for line in told.get_all("Project-URL") or []]
    known = {label.lower(): url for label, _, url in pairs}
    url = known.get("source") or known.get("homepage") or _one(told.get_all("Home-page"))
    return {"externalReferences": [{"type": "website", "url": url}]} if url else {}


def _dependencies(packages: Iterable[Package]) -> list[Json]:
    refs = {package.name: _ref(package) for package in packages}
    wanted = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    named = [canonical(Requirement(line).name) for line in wanted if line and not line.startswith("#")]
    direct = sorted(refs[name] for name in named)
    inside = [asset.path for asset in assets()]
    below = [
        {"ref": ref, "dependsOn": sorted({refs[n] for n in _needed(name) if n in refs})} for name, ref in refs.items()
    ]
    return [{"ref": PRODUCT_REF, "dependsOn": [*inside, *direct]}, *below]


def _needed(name: str) -> list[str]:
    found = map(Requirement, requires(name) or [])
    return [canonical(each.name) for each in found if each.marker is None or each.marker.evaluate({"extra": ""})]


def _one(values: list[str] | None) -> str:
    return values[0] if values else ""


def main() -> None:
    """Prints it."""
    sys.stdout.write(json.dumps(document(), indent=1, ensure_ascii=False, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
