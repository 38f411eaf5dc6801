"""Files and folders of OpenSLO: everything that they hold and everything that is wrong with them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from alerts.openslo.documents import Declared, read_document
from alerts.openslo.fields import Gathered
from alerts.openslo.findings import Finding, errors, in_order
from alerts.openslo.model import OpenSlo, SloDocument
from alerts.openslo.references import findings_of
from alerts.openslo.tree import documents

LARGEST_FILE_BYTES = 1_000_000
MOST_FILES = 1_000
SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class Documents:
    """What some paths hold. ``findings``: defects and warnings, by file and line; ``unreadable``: paths that gave
    nothing at all, each with its reason; ``seen``: objects, usable or not."""

    files: tuple[Path, ...]
    declared: tuple[Declared, ...]
    findings: tuple[Finding, ...]
    unreadable: tuple[Finding, ...] = ()
    seen: int = 0

    @property
    def objects(self) -> tuple[OpenSlo, ...]:
        """Every usable object, in the order of the files."""
        return tuple(each.value for each in self.declared if each.value is not None)

    @property
    def slos(self) -> tuple[SloDocument, ...]:
        """Every usable SLO."""
        return tuple(each for each in self.objects if isinstance(each, SloDocument))

    @property
    def valid(self) -> bool:
        """Whether every path was read and nothing is wrong; warnings are allowed."""
        return not self.unreadable and not errors(self.findings)


def load(paths: Iterable[Path]) -> Documents:
    """Reads files and folders (every .yaml, .yml and .json below them) as one set: names lead across files."""
    unreadable: list[Finding] = []
    files = _files(paths, unreadable)
    declared: list[Declared] = []
    findings: list[Finding] = []
    read: list[Path] = []
    seen = 0
    for file in files:
        content = _content(file, unreadable)
        if content is None:
            continue
        read.append(file)
        gathered = Gathered(file)
        declared += _objects(content, gathered)
        findings += gathered.findings
        seen += gathered.objects
    findings += findings_of(declared)
    return Documents(tuple(read), tuple(declared), in_order(findings), tuple(unreadable), seen)


def load_text(text: str, name: Path) -> Documents:
    """Reads one text as if it stood in a file of that name."""
    gathered = Gathered(name)
    declared = tuple(_objects(text.encode(), gathered))
    findings = in_order((*gathered.findings, *findings_of(declared)))
    return Documents((name,), declared, findings, seen=gathered.objects)


def _files(paths: Iterable[Path], unreadable: list[Finding]) -> list[Path]:
    """Each file once, in the order in which paths were given; folders in the order of names."""
    found: dict[Path, Path] = {}
    for path in paths:
        for file in _below(path, unreadable):
            found.setdefault(Path(os.path.realpath(file)), file)
    return list(found.values())


def _below(path: Path, unreadable: list[Finding]) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    inside: list[Path] = []
    for folder, below, names in os.walk(path, onerror=lambda error: unreadable.append(_refused(path, error))):
        below.sort()
        inside += (Path(folder, name) for name in sorted(names) if name.endswith(SUFFIXES))
        if len(inside) > MOST_FILES:
            unreadable.append(Finding(path, 0, "", f"holds more than {MOST_FILES:,} files; name fewer of them"))
            return
    if not inside and not any(each.file == path for each in unreadable):
        unreadable.append(Finding(path, 0, "", f"holds no file that ends in {', '.join(SUFFIXES)}"))
    yield from sorted(inside)


def _content(file: Path, unreadable: list[Finding]) -> bytes | None:
    try:
        if file.exists() and not file.is_file():
            unreadable.append(Finding(file, 0, "", "is neither a file nor a folder"))
            return None
        with file.open("rb") as opened:
            return opened.read(LARGEST_FILE_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL inside the name
        unreadable.append(_refused(file, error))
        return None


def _refused(path: Path, error: OSError | ValueError) -> Finding:
    reason = error.strerror if isinstance(error, OSError) else None
    return Finding(path, 0, "", f"cannot be read: {reason or error}")


def _objects(content: bytes, gathered: Gathered) -> Iterator[Declared]:
    if len(content) > LARGEST_FILE_BYTES:
        gathered.error(0, "", f"is larger than {LARGEST_FILE_BYTES:,} bytes; split it")
        return
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        gathered.error(line, "", f"is not UTF-8 text (byte {error.start}); save it as UTF-8")
        return
    nodes, refused = documents(text)
    for problem in refused:
        gathered.error(problem.line, "", problem.message)
    if not nodes and not refused:
        gathered.error(1, "", "is empty; write an object with apiVersion, kind, metadata and spec, or remove it")
    for node in nodes:
        yield from read_document(node, gathered)
