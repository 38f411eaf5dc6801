"""Charges of a file as they are read: numbered by line, summed, put aside; by one process, or by two in turns.

Both go through the whole text, which is the smaller part of the work; each makes charges of its own thousands of rows.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import localcontext
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO

from collectors.costs.charge import Charge
from collectors.costs.commitments import Commitments
from collectors.costs.defects import Tally
from collectors.costs.errors import CostFileError, UnreadableFile
from collectors.costs.focus.reading import FocusReader
from collectors.costs.identity import IdCheck, name_of
from collectors.costs.lines import LineBook
from collectors.costs.opening import How, open_costs
from collectors.costs.spool import Spool
from collectors.costs.sums import Sums
from store.costs import EXACT


class Taken:
    """What was taken from a file so far; charges are in the spool."""

    def __init__(self, spool: Spool, zone: str) -> None:
        self.spool = spool
        self.tally = Tally()
        self.book = LineBook(zone)
        self.check = IdCheck(self.tally)
        self.sums = Sums()
        self.commitments = Commitments()

    def take_all(self, charges: Iterable[Charge]) -> None:
        """Takes charges. Raises CostFileError, OSError."""
        number, add, put = self.book.number, self.sums.add, self.spool.put
        with localcontext(EXACT):
            for charge in charges:
                line = number(charge)
                name = name_of(charge) if charge.id else b""
                if name and not charge.part:
                    self.check.look(charge, name)
                if charge.commitment:
                    self.commitments.look(charge)
                add(line, charge.amounts)
                put(charge, name, line)


@dataclass(frozen=True, slots=True)
class Second:
    """The process that reads the other rows."""

    path: Path
    results: Connection

    def give(self, reader: FocusReader, taken: Taken) -> None:
        """Waits for its results, and adds them. Raises UnreadableFile when it ended without."""
        try:
            seen, sums, lines, commitments, written = self.results.recv()
        except EOFError as error:
            raise UnreadableFile(self.path, "the second process that read it has ended; import it again") from error
        reader.take(seen)
        with localcontext(EXACT):
            taken.sums.take(sums)
        taken.book.lines.update(lines)
        taken.commitments.take(commitments)
        taken.spool.take(written)


@contextmanager
def second_reader(path: Path, how: How, file: IO[bytes]) -> Iterator[Second]:
    """Starts a process that reads every second thousand of rows into a file; it has ended when the block does."""
    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_read_second, args=(path, how, file, sending), daemon=True)
    process.start()
    sending.close()
    try:
        yield Second(path, receiving)
    finally:
        process.terminate()
        process.join()
        receiving.close()


def _read_second(path: Path, how: How, file: IO[bytes], results: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it ends it
    taken = Taken(Spool(file), how.zone)
    try:
        with open_costs(path, how) as costs:
            reader = costs.in_turns
            if reader is None:
                return
            reader.turn = (1, 2)
            taken.take_all(costs.charges)
            results.send((reader.seen(), taken.sums, taken.book.lines, taken.commitments, taken.spool.written()))
    except (CostFileError, OSError):
        return  # the first one reads the same text, and tells
