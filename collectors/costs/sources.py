"""Bytes of a file to lines of text: gzip unpacked with a limit, encodings checked, lines of a sane length."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from collectors.costs.errors import UnreadableFile

GZIP_MAGIC, PARQUET_MAGIC, ZIP_MAGIC = b"\x1f\x8b", b"PAR1", b"PK\x03\x04"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
MOST_RATIO = 400
"""Bytes unpacked for each packed one; billing files come to 10 to 100, gzip's own end is 1,032."""
RATIO_FROM_BYTES = 1 << 20
_UNPACKED_AT_ONCE = 1 << 18
_SNIFFED_BYTES = 64
LONGEST_LINE = 4 << 20
"""Characters in a line; rows of bills have a few thousand."""
UTF_8 = "utf-8-sig"
_BINARY = frozenset(range(32)) - frozenset(b"\t\n\r\f\x1a\x1b")
"""Bytes that no text holds; the rest are blanks, line ends, and ends of files of long ago."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of one file; ``position`` tells how many of ``size_bytes`` are read."""

    texts: Iterator[str]
    size_bytes: int
    packed: BinaryIO

    def position(self) -> int:
        """Bytes of the file read so far."""
        return self.packed.tell()


def is_parquet(path: Path) -> bool:
    """Whether a file is Parquet, by its first bytes. Raises OSError."""
    with path.open("rb") as file:
        return file.read(len(PARQUET_MAGIC)) == PARQUET_MAGIC


@contextmanager
def lines_of(path: Path, encoding: str = UTF_8) -> Iterator[Lines]:
    """Opens a text file, packed by gzip or not. Raises UnreadableFile (also while lines are read) and OSError."""
    with path.open("rb") as packed:
        begin = packed.read(len(ZIP_MAGIC))
        packed.seek(0)
        _refuse_others(path, begin, encoding)
        encoding = _with_its_mark(encoding)
        text = io.TextIOWrapper(_plain(path, packed, begin), encoding=encoding, newline="")
        text.reconfigure(errors="strict")
        yield Lines(_checked(path, text, encoding), path.stat().st_size, packed)


def is_json(path: Path) -> bool:
    """Whether a text file, packed by gzip or not, begins a JSON object. Raises UnreadableFile, OSError."""
    with path.open("rb") as packed:
        begin = packed.read(len(ZIP_MAGIC))
        packed.seek(0)
        with _naming_damage(path, "at its begin"):
            first = _plain(path, packed, begin).read(_SNIFFED_BYTES)
    return first.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{")


def whole_text(path: Path, encoding: str, most_bytes: int) -> str:
    """A text that is read whole, packed by gzip or not. Raises UnreadableFile, OSError."""
    with path.open("rb") as packed:
        begin = packed.read(len(ZIP_MAGIC))
        packed.seek(0)
        _refuse_others(path, begin, encoding)
        with _naming_damage(path, "in the middle"):
            found = _plain(path, packed, begin).read(most_bytes + 1)
    if len(found) > most_bytes:
        raise UnreadableFile(path, f"more than {most_bytes >> 20} MiB of text; ask for a shorter time, or less detail")
    try:
        return found.decode(_with_its_mark(encoding))
    except UnicodeDecodeError as error:
        raise UnreadableFile(path, f"byte {error.start} is no {error.encoding}; name its encoding") from error
    except UnicodeError as error:
        raise UnreadableFile(path, f"is no {encoding}: {error}; name its encoding") from error


def _plain(path: Path, packed: BinaryIO, begin: bytes) -> BinaryIO:
    return io.BufferedReader(_Unpacked(path, packed), _UNPACKED_AT_ONCE) if begin.startswith(GZIP_MAGIC) else packed


@contextmanager
def _naming_damage(path: Path, where: str) -> Iterator[None]:
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UnreadableFile(path, f"{where}: the gzip file is cut off or damaged: {error}") from error


def _refuse_others(path: Path, begin: bytes, encoding: str) -> None:
    if begin == ZIP_MAGIC:
        raise UnreadableFile(path, "a zip archive (or a spreadsheet); unpack it, or save it as CSV")
    if begin[:2] in UTF_16 and encoding == UTF_8:
        raise UnreadableFile(path, "its text is UTF-16; save it as UTF-8, or say --encoding utf-16")
    try:
        "text".encode(encoding)
    except (LookupError, ValueError) as error:  # no encoding, one of bytes such as base64, or no name at all
        raise UnreadableFile(path, f"no encoding {encoding!r}; such as utf-8, gb18030, utf-16") from error


def _with_its_mark(encoding: str) -> str:
    """UTF-8 by any of its names is read with the mark that some programs write before it."""
    return UTF_8 if codecs.lookup(encoding).name == "utf-8" else encoding


def _checked(path: Path, text: io.TextIOWrapper, encoding: str) -> Iterator[str]:
    """Lines with their ends, none too long, none with NUL."""
    number = 0
    try:
        while line := text.readline(LONGEST_LINE):
            number += 1
            if len(line) >= LONGEST_LINE:
                raise UnreadableFile(path, f"line {number} is longer than {LONGEST_LINE:,} characters")
            if "\0" in line:
                raise UnreadableFile(path, f"line {number} holds a NUL character: not a text file, or cut off")
            yield line
    except UnicodeDecodeError as error:
        remedy = "if it is Chinese, import it with --encoding gb18030" if encoding == UTF_8 else "name its encoding"
        if _BINARY & set(error.object):
            remedy = "it is no text file; save it as CSV or Parquet"
        bad = error.object[error.start : error.start + 1].hex()
        raise UnreadableFile(path, f"after line {number}: byte {bad} is no {error.encoding}; {remedy}") from error
    except UnicodeError as error:
        raise UnreadableFile(path, f"after line {number}: no {encoding}: {error}; name its encoding") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UnreadableFile(path, f"after line {number}: the gzip file is cut off or damaged: {error}") from error


class _Unpacked(io.RawIOBase):
    """What gzip unpacks, refused when it is far more than any bill would come to."""

    def __init__(self, path: Path, packed: BinaryIO) -> None:
        self._path = path
        self._packed = packed
        self._plain = gzip.GzipFile(fileobj=packed, mode="rb")
        self._bytes = 0

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Unpacks into a buffer."""
        piece = self._plain.read(len(buffer))
        buffer[: len(piece)] = piece
        self._bytes += len(piece)
        if self._bytes > RATIO_FROM_BYTES and self._bytes > MOST_RATIO * max(1, self._packed.tell()):
            unpacked = f"{self._bytes >> 20:,} MiB from {self._packed.tell():,} bytes"
            raise UnreadableFile(self._path, f"unpacks to {unpacked}: no bill does; unpack it yourself and look")
        return len(piece)
