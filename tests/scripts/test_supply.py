"""What the product is made of: pinned, with digests, licensed, and written down the same way twice."""

from __future__ import annotations

import hashlib
import re
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from commands.version import VERSION
from scripts.supply.licenses import page
from scripts.supply.lock import merged
from scripts.supply.locked import LOCKS, Package, canonical, locked, rendered
from scripts.supply.sbom import document

ROOT = Path(__file__).resolve().parents[2]
BUNDLED = "setuptools"
"""Comes with every environment, in the version of its Python."""
DIGEST = re.compile(r"[0-9a-f]{64}")


@pytest.mark.parametrize(("source", "lock"), LOCKS.items())
def test_a_lock_file_holds_everything_that_is_installed_with_digests(source: str, lock: str) -> None:
    """Each at the version that constraints.txt names, that is installed here, and that the requirements ask for."""
    packages = {package.name: package for package in locked(ROOT / lock) if package.name != BUNDLED}
    assert [p.name for p in packages.values() if not p.sha256 or not all(map(DIGEST.fullmatch, p.sha256))] == []
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {canonical(line.partition("==")[0]): line.partition("==")[2] for line in lines if "==" in line}
    assert {p.name: p.version for p in packages.values()} == {name: pinned.get(name) for name in packages}
    assert [p.name for p in packages.values() if version(p.name) != p.version] == []
    asked = [line for line in (ROOT / source).read_text(encoding="utf-8").splitlines() if "==" in line]
    assert [line for line in asked if canonical(Requirement(line).name) not in packages] == []


def test_a_lock_file_is_read_as_it_is_written() -> None:
    """With several digests, and none."""
    packages = (Package("a", "1.0", ("0" * 64, "f" * 64)), Package("b-c", "2", ("1" * 64,)))
    path_text = rendered(packages, "requirements.txt")
    assert "a==1.0 \\\n    --hash=sha256:" + "0" * 64 in path_text


def test_machines_that_disagree_about_a_version_are_refused() -> None:
    """A lock file for both must not hold two."""

    def entry(number: str) -> dict[str, Any]:
        return {
            "metadata": {"name": "A_b", "version": number},
            "download_info": {"archive_info": {"hashes": {"sha256": number * 64}}},
        }

    assert merged([[entry("1")], [entry("1")]]) == (Package("a-b", "1", ("1" * 64,)),)
    with pytest.raises(SystemExit, match="disagree about the version of a-b"):
        merged([[entry("1")], [entry("2")]])


def test_the_bill_of_materials_has_what_cyclonedx_requires() -> None:
    """Types, names, versions and unique references; every dependency leads to a component."""
    content = document()
    assert (content["bomFormat"], content["specVersion"], content["version"]) == ("CycloneDX", "1.5", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", content["serialNumber"])
    refs = [each["bom-ref"] for each in content["components"]]
    assert len(refs) == len(set(refs))
    for each in content["components"]:
        assert each["type"] in {"library", "file"}
        assert all(each[field] for field in ("name", "version", "purl", "licenses"))
        assert all(set(choice) in ({"expression"}, {"license"}) for choice in each["licenses"])
    root = content["metadata"]["component"]
    assert (root["version"], root["bom-ref"]) == (VERSION, f"pkg:generic/lending-control-center@{VERSION}")
    known = {*refs, root["bom-ref"]}
    assert {ref for each in content["dependencies"] for ref in (each["ref"], *each["dependsOn"])} <= known


def test_the_bill_names_every_locked_package_and_every_vendored_file() -> None:
    """And digests of the files as they lie here."""
    components = document()["components"]
    libraries = {(each["name"], each["version"]) for each in components if each["type"] == "library"}
    assert libraries == {(p.name, p.version) for p in locked(ROOT / "requirements.lock")}
    files = {each["name"]: each["hashes"][0]["content"] for each in components if each["type"] == "file"}
    there = (ROOT / "dashboard" / "assets" / "vendor").glob("*.js")
    assert files == {str(p.relative_to(ROOT)): hashlib.sha256(p.read_bytes()).hexdigest() for p in there}


def test_the_bill_is_the_same_twice() -> None:
    """Two builds of one release can be compared."""
    assert document() == document()


def test_the_page_of_licences_is_current_and_leaves_none_open() -> None:
    """Mended by: make licenses."""
    assert (ROOT / "docs" / "licenses.md").read_text(encoding="utf-8") == page()
    assert "LicenseRef-unknown" not in page()


def test_what_is_deployed_is_this_release() -> None:
    """The program, the project file, the images of compose and the manifests."""
    deployed = [ROOT / "deploy" / "docker" / "compose.yaml", *(ROOT / "deploy" / "kubernetes").glob("*.yaml")]
    found = [tag for path in deployed for tag in re.findall(r"lending-control-center:(\S+)", path.read_text("utf-8"))]
    assert set(found) == {VERSION}
    assert f'version = "{VERSION}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f"## {VERSION} (" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["1.2"], "'1.2' is no version like 1.2.3"),
        ([], "'' is no version"),
        (["1.2.3", "--now"], "'--now' is no option"),
        (["99.0.0", "--dry-run"], "no section '## 99.0.0 (unreleased)'"),
    ],
)
def test_a_release_that_cannot_be_is_refused_in_one_line(words: list[str], said: str) -> None:
    """Before anything is made."""
    run = subprocess.run(
        [str(ROOT / "scripts" / "release"), *words], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 2
    assert said in run.stderr
    assert len(run.stderr.splitlines()) == 1
