"""Files are made one at a time, joined while they are being made, and forgotten in time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from dashboard.reporting import jobs as room
from dashboard.reporting.jobs import Job, Jobs, JobState, Output, Tell, TooManyJobs


class Clock:
    """Moves only when told."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def going() -> threading.Event:
    """Until it is set, work stands still."""
    return threading.Event()


@pytest.fixture
def jobs(clock: Clock, going: threading.Event) -> Iterator[Jobs]:
    made = Jobs((ValueError,), monotonic=clock)
    yield made
    going.set()
    made.close()


def file(content: bytes = b"x") -> Output:
    return Output(content, "text/plain", "x.txt", "x.txt")


@pytest.fixture
def work(going: threading.Event) -> Callable[[Tell], Output]:
    def wait(tell: Tell) -> Output:
        tell("drawing")
        going.wait(60)
        return file()

    return wait


def ended(jobs: Jobs, job: Job) -> Job:
    found = jobs.wait(job.id, 60)
    assert found is not None
    return found


def test_the_same_question_joins_while_it_is_being_made(
    jobs: Jobs, work: Callable[[Tell], Output], going: threading.Event
) -> None:
    """Afterwards it is made anew: the store may say otherwise."""
    first = jobs.ask("a", ["reading", "drawing"], work)
    assert jobs.ask("a", ["reading", "drawing"], work).id == first.id
    assert jobs.ask("b", ["reading", "drawing"], work).id != first.id
    going.set()
    assert ended(jobs, first).state is JobState.DONE
    assert jobs.ask("a", ["reading", "drawing"], work).id != first.id


def test_one_is_made_and_the_next_waits(jobs: Jobs, work: Callable[[Tell], Output], going: threading.Event) -> None:
    first, second = jobs.ask("a", ["reading", "drawing"], work), jobs.ask("b", ["reading", "drawing"], work)
    while (found := jobs.find(first.id)) is not None and found.step == 0:
        threading.Event().wait(0.01)
    assert found is not None
    assert (found.state, found.percent) == (JobState.MAKING, 50)
    waiting = jobs.find(second.id)
    assert waiting is not None
    assert (waiting.state, waiting.percent) == (JobState.WAITING, 0)
    going.set()
    assert ended(jobs, second).percent == 100


def test_too_many_are_refused(jobs: Jobs, work: Callable[[Tell], Output]) -> None:
    first = jobs.ask("first", ["reading", "drawing"], work)
    while (found := jobs.find(first.id)) is not None and found.state is JobState.WAITING:
        threading.Event().wait(0.01)
    for number in range(room.MOST_WAITING):
        jobs.ask(number, ["drawing"], work)
    with pytest.raises(TooManyJobs, match="8 files wait"):
        jobs.ask("last", ["drawing"], work)


def test_an_expected_error_is_the_answer_and_a_defect_is_not(jobs: Jobs, caplog: pytest.LogCaptureFixture) -> None:
    def fail(error: Exception) -> Callable[[Tell], Output]:
        def work(_tell: Tell) -> Output:
            raise error

        return work

    assert ended(jobs, jobs.ask("a", ["drawing"], fail(ValueError("product\nunknown")))).error == "product unknown"
    defect = ended(jobs, jobs.ask("b", ["drawing"], fail(KeyError("secret"))))
    assert (defect.state, "secret" in defect.error) == (JobState.FAILED, False)
    assert "could not be made by a defect" in caplog.text
    assert ended(jobs, jobs.ask("c", ["drawing"], lambda _tell: file())).state is JobState.DONE


def test_what_is_done_is_forgotten_after_a_quarter_of_an_hour(jobs: Jobs, clock: Clock) -> None:
    done = ended(jobs, jobs.ask("a", ["drawing"], lambda _tell: file()))
    clock.seconds = room.KEPT_SECONDS - 1
    assert jobs.find(done.id) is not None
    clock.seconds = room.KEPT_SECONDS
    assert jobs.find(done.id) is None


def test_finished_files_are_bounded_in_number_and_in_bytes(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest stays even when it is too large by itself."""
    monkeypatch.setattr(room, "MOST_BYTES", 100)
    small = [ended(jobs, jobs.ask(n, ["drawing"], lambda _tell: file(b"x" * 40))) for n in range(3)]
    assert [jobs.find(each.id) is not None for each in small] == [False, True, True]
    large = ended(jobs, jobs.ask("large", ["drawing"], lambda _tell: file(b"x" * 1000)))
    assert [jobs.find(each.id) is not None for each in (*small, large)] == [False, False, False, True]
