"""Files that take seconds to make: made one at a time beside the server's threads, joined by whoever asks the same,
kept for a quarter of an hour.

Kept in the memory of one process: a job is asked for where it was begun.
"""

from __future__ import annotations

import enum
import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

log = logging.getLogger(__name__)
KEPT_SECONDS = 900
MOST_WAITING = 8
MOST_SEATED = 3
"""Threads of the server that may stand still for a file; it has eight."""
MOST_FINISHED = 32
MOST_BYTES = 64 * 1024 * 1024
"""Of all finished files together; the oldest go first."""
LONGEST_GOODBYE_SECONDS = 2.0
"""What takes longer ends with the process: the whole of it ends within five seconds."""


class JobState(enum.Enum):
    """How far a job is."""

    WAITING = "waiting"
    MAKING = "making"
    DONE = "done"
    FAILED = "failed"


OPEN = frozenset({JobState.WAITING, JobState.MAKING})


@dataclass(frozen=True, slots=True)
class Output:
    """A file as it travels. ``name``: in ASCII; ``shown_name``: the same for people, in any characters."""

    content: bytes
    content_type: str
    name: str
    shown_name: str


Tell = Callable[[str], None]
Work = Callable[[Tell], Output]
"""Makes a file and tells the name of each step as it begins."""


@dataclass(frozen=True, slots=True)
class Job:
    """``step``: index of the step that is being done; ``finished_s``: on the clock of ``Jobs``."""

    id: str
    question: Hashable
    steps: tuple[str, ...]
    state: JobState = JobState.WAITING
    step: int = 0
    output: Output | None = None
    error: str = ""
    finished_s: float = 0.0

    @property
    def percent(self) -> int:
        """Share of the steps that are done."""
        if self.state in OPEN:
            return 100 * self.step // len(self.steps) if self.state is JobState.MAKING else 0
        return 100


class TooManyJobs(Exception):
    """Nothing was begun; those that wait go first."""

    def __init__(self) -> None:
        super().__init__(f"{MOST_WAITING} files wait to be made already; ask again in some seconds")


class NoSeat(Exception):
    """Nobody else may hold a thread of the server for long; a job holds none."""

    def __init__(self) -> None:
        super().__init__(
            f"{MOST_SEATED} viewers wait for reports already; ask again in some seconds, or begin a job for a file"
        )


class Jobs:
    """``expected``: errors whose text is the answer; others are defects and are logged."""

    def __init__(
        self, expected: tuple[type[Exception], ...] = (), *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._expected = expected
        self._monotonic = monotonic
        self._changed = threading.Condition()
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._waiting: OrderedDict[str, Work] = OrderedDict()
        self.seats_left = MOST_SEATED
        self._thread: threading.Thread | None = None
        self._closed = False

    def ask(self, question: Hashable, steps: Sequence[str], work: Work) -> Job:
        """Begins a job, or joins the one that is making the same. Raises TooManyJobs."""
        with self._changed:
            self._forget()
            for job in self._jobs.values():
                if job.question == question and job.state in OPEN:
                    return job
            if self._closed or len(self._waiting) >= MOST_WAITING:
                raise TooManyJobs
            made = Job(secrets.token_hex(8), question, tuple(steps))
            self._jobs[made.id] = made
            self._waiting[made.id] = work
            self._wake()
            return made

    def find(self, id: str) -> Job | None:
        """A job as it is now; None for one that is forgotten or never was."""
        with self._changed:
            self._forget()
            return self._jobs.get(id)

    def wait(self, id: str, seconds: float) -> Job | None:
        """The same once it has ended, or when so much time has passed."""
        with self._changed:
            self._changed.wait_for(lambda: id not in self._jobs or self._jobs[id].state not in OPEN, seconds)
            return self._jobs.get(id)

    def made(self, question: Hashable, steps: Sequence[str], work: Work, seconds: float) -> Job | None:
        """``ask`` and ``wait`` for whoever has no patience. Raises TooManyJobs, NoSeat."""
        with self.seated():
            return self.wait(self.ask(question, steps, work).id, seconds)

    @contextmanager
    def seated(self) -> Iterator[None]:
        """For what takes seconds in a thread of the server. Raises NoSeat."""
        with self._changed:
            if not self.seats_left:
                raise NoSeat
            self.seats_left -= 1
        try:
            yield
        finally:
            with self._changed:
                self.seats_left += 1

    def close(self) -> None:
        """Drops what waits and lets end what is being made."""
        with self._changed:
            self._closed = True
            for id_ in self._waiting:
                self._jobs.pop(id_, None)
            self._waiting.clear()
            thread = self._thread
            self._changed.notify_all()
        if thread is not None:
            thread.join(LONGEST_GOODBYE_SECONDS)

    def _wake(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="report-files", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        """Ends when nothing waits: no thread lives for files that nobody asks for."""
        while True:
            with self._changed:
                if not self._waiting:
                    self._thread = None
                    return
                id_, work = self._waiting.popitem(last=False)
                self._jobs[id_] = replace(self._jobs[id_], state=JobState.MAKING)
            self._settle(id_, *self._made(id_, work))

    def _made(self, id_: str, work: Work) -> tuple[Output | None, str]:
        try:
            return work(lambda step: self._tell(id_, step)), ""
        except self._expected as error:
            return None, " ".join(str(error).split())
        except Exception:  # the outermost edge of a thread: a defect in one file must not end all others unseen
            log.exception("a file could not be made by a defect")
            return None, "the file could not be made by a defect of the control center; its log says which"

    def _tell(self, id_: str, step: str) -> None:
        with self._changed:
            job = self._jobs[id_]
            self._jobs[id_] = replace(job, step=job.steps.index(step))

    def _settle(self, id_: str, output: Output | None, error: str) -> None:
        state = JobState.DONE if output is not None else JobState.FAILED
        with self._changed:
            job = self._jobs.pop(id_)
            self._jobs[id_] = replace(job, state=state, output=output, error=error, finished_s=self._monotonic())
            self._forget()
            self._changed.notify_all()

    def _forget(self) -> None:
        """Finished jobs that are too old, too many or too large together; the newest always stays."""
        finished = [job for job in self._jobs.values() if job.state not in OPEN]
        size = sum(len(job.output.content) for job in finished if job.output is not None)
        late_s = self._monotonic() - KEPT_SECONDS
        for place, job in enumerate(finished):
            left = len(finished) - place
            fits = left <= MOST_FINISHED and (size <= MOST_BYTES or left == 1)
            if fits and job.finished_s > late_s:
                return
            size -= len(job.output.content) if job.output is not None else 0
            del self._jobs[job.id]
