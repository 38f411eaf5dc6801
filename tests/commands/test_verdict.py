"""The verdict command."""

from __future__ import annotations

import json

import pytest

from app import main


@pytest.mark.parametrize(
    ("words", "code", "verdict"),
    [
        (["--requests", "400000", "--failures", "0"], 0, "proven"),
        (["--requests", "300000", "--failures", "7"], 1, "refuted"),
        (["--requests", "300000", "--failures", "3"], 3, "undecided"),
        (["--requests", "400000", "--failures", "0", "--confidence", "99"], 3, "undecided"),
        (["--requests", "400", "--failures", "0", "--target", "99"], 0, "proven"),
    ],
)
def test_the_exit_code_says_the_verdict(
    words: list[str], code: int, verdict: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verdict", *words]) == code
    assert json.loads(capsys.readouterr().out)["verdict"] == verdict


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--requests", "1", "--failures", "2"], "--failures 2 is more than --requests 1"),
        (["--requests", "-1", "--failures", "0"], "--requests"),
        (["--requests", "1.5", "--failures", "0"], "'1.5' is not a whole number"),
        (["--requests", "5", "--failures", "0", "--target", "100"], "objective '100' is not a percentage"),
        (["--requests", "5", "--failures", "0", "--target", "0"], "--target 0: 0 per cent needs no proof"),
        (["--requests", "5", "--failures", "0", "--confidence", "0"], "--confidence 0"),
    ],
)
def test_bad_input_gets_one_line(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verdict", *words]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
