"""What the room refuses, by cause.

AccessError
|- BadName          no name that somebody can have
|- BadPassword      no password that we keep
|- PersonRefused    a change of people that does not fit what is known
|- TokenRefused     a change of tokens that does not fit what is known
|- NotAdmitted      name or password is wrong; never says which
|- LockedOut        too many failures; says for how long
|- ProviderDown     the bank's identity provider cannot be asked
|- ProviderRefused  what the identity provider sent proves nothing
|- TooBusy          as many passwords are being checked as may be at a time
`- KeyUnusable      the key that sessions are signed with cannot be used
"""

from __future__ import annotations


class AccessError(Exception):
    """Anything that access control refuses, in one line for the person who reads it."""


class BadName(AccessError):
    """No name that somebody can have."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"name {name[:80]!r}: write 1 to 64 letters, digits and . _ @ - (spaces inside), beginning with a letter "
            "or digit"
        )


class BadPassword(AccessError):
    """No password that we keep."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"the password {cause}")


class PersonRefused(AccessError):
    """A change of people that does not fit what is known."""

    def __init__(self, name: str, cause: str) -> None:
        super().__init__(f"person {name!r}: {cause}")


class TokenRefused(AccessError):
    """A change of tokens that does not fit what is known."""

    def __init__(self, name: str, cause: str) -> None:
        super().__init__(f"token {name[:80]!r}: {cause}")


class NotAdmitted(AccessError):
    """Name or password is wrong. Whether the name is known stays open."""

    def __init__(self) -> None:
        super().__init__("name or password is wrong")


class LockedOut(AccessError):
    """Too many failures, of this name or from this address. ``seconds``: how long still."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"too many failed logins; try again in {seconds} s")


class ProviderDown(AccessError):
    """The bank's identity provider cannot be asked."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"identity provider: {cause}")


class ProviderRefused(AccessError):
    """What the identity provider, or a browser in its name, sent proves nothing."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"identity provider: {cause}")


class TooBusy(AccessError):
    """Checking a password is costly by design; so many at a time."""

    def __init__(self) -> None:
        super().__init__("many people log in at this moment; try again in a few seconds")


class KeyUnusable(AccessError):
    """The key that sessions are signed with cannot be used."""

    def __init__(self, where: object, cause: str) -> None:
        super().__init__(f"session key {where}: {cause}")
