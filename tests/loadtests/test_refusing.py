"""What the commands beside Locust say of arguments that they cannot follow."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from loadtests import proving
from loadtests.capacity import __main__ as capacity
from loadtests.drills import __main__ as drills

Main = Callable[[list[str]], int]
RESULT = ["--host", "http://127.0.0.1:9", "--result", "capacity.json"]


@pytest.mark.parametrize(
    ("main", "words", "said"),
    [
        (
            capacity.main,
            [],
            "the following arguments are required: --host, --result; python -m loadtests.capacity --help",
        ),
        (capacity.main, [*RESULT, "--start", "x"], "argument --start: invalid int value: 'x'"),
        (drills.main, [], "the following arguments are required: list|run|soak; python -m loadtests.drills --help"),
        (drills.main, ["run"], "the following arguments are required: name; python -m loadtests.drills run --help"),
        (drills.main, ["run", "kill", "--rate", "x"], "argument --rate: 'x' is not a number above 0 and below 100000"),
        (drills.main, ["soak", "--faults", "0"], "argument --faults: '0' is not a whole number from 1 to 99999"),
        (
            proving.main,
            ["--template"],
            "argument --template: expected one argument; python -m loadtests.proving --help",
        ),
    ],
)
def test_arguments_that_cannot_be_read_are_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], main: Main, words: list[str], said: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    refused = capsys.readouterr().err
    assert ended.value.code == 2
    assert refused.startswith(f"error: {said}")
    assert refused.endswith(" --help\n")
    assert refused.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--host", "nohost", "--result", "capacity.json"], "error: --host nohost: write http:// or https://"),
        ([*RESULT, "--trial", "1"], "error: --trial 1 at 100/s sends too few requests to prove 99.9 %"),
        ([*RESULT, "--bogus"], "error: unrecognized arguments: --bogus; locust -f loadtests/locustfile.py --help"),
    ],
)
def test_a_search_that_cannot_be_made_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    """What Locust itself refuses too."""
    assert capacity.main(words) == 2
    refused = capsys.readouterr().err
    assert refused.startswith(said)
    assert refused.count("\n") == 1
