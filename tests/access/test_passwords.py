"""What is accepted as a password, and how it is kept."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from access.errors import BadPassword
from access.passwords import Passwords


@pytest.mark.parametrize(
    ("password", "cause"),
    [
        ("short", "shorter than 12"),
        ("x" * 300, "longer than 256"),
        ("my name is LiWei ok", "the name itself"),
        ("aaaaabbbbbaaaaa", "different characters"),
    ],
)
def test_what_somebody_could_guess_is_refused(passwords: Passwords, password: str, cause: str) -> None:
    with pytest.raises(BadPassword, match=cause):
        passwords.hashed("liwei", password)


def test_the_hash_is_argon2id_and_says_nothing_of_the_password(passwords: Passwords) -> None:
    kept = passwords.hashed("li", "correct horse battery")
    assert kept.startswith("$argon2id$")
    assert "horse" not in kept
    assert passwords.check("correct horse battery", kept).right
    assert not passwords.check("correct horse batterz", kept).right


def test_nobodys_password_is_checked_as_long_and_never_right(passwords: Passwords) -> None:
    """A name that nobody has must not answer sooner: the same work is done for it."""
    seen: list[str] = []

    class Watched(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
            seen.append(str(hash))
            return super().verify(hash, password)  # type: ignore[return-value]

    watched = Passwords(Watched.from_parameters(CHEAPEST))
    assert not watched.check("correct horse battery", "").right
    assert [each.split("$")[3] for each in seen] == ["m=8,t=1,p=1"]


def test_a_hash_of_older_parameters_is_made_anew(passwords: Passwords) -> None:
    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    kept = passwords.hashed("li", "correct horse battery")
    renewed = stronger.check("correct horse battery", kept).renewed
    assert "t=2" in renewed
    assert stronger.check("correct horse battery", renewed).renewed == ""
