"""What a borrower owes, to the fen: the borrower's own account of a loan, kept beside the bank's.

Interest is by the day on the principal, for whole days since the loan was granted, rounded down; a repayment pays the
interest first. Money is in integer fen, rates in millionths a day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

SECONDS_PER_DAY = 86_400
CLOCK_DOUBT_S = 5
"""The bank's clock may differ by this from the borrower's."""

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Account:
    """One loan. ``granted_s``: earliest and latest moment (Unix seconds) at which the bank may have granted it.

    ``interest_fen``: unpaid interest up to the end of day ``settled_days`` after the grant; ``interest_paid_fen``:
    everything paid so far.
    """

    loan_id: str
    granted_fen: int
    daily_rate_ppm: int
    instalments: int
    granted_s: tuple[float, float]
    principal_fen: int
    interest_fen: int = 0
    interest_paid_fen: int = 0
    settled_days: int = 0

    def possible_days(self, from_s: float, until_s: float) -> range:
        """Whole days since the grant, as the bank may count them at a moment between the two: one, seldom two."""
        least = int((from_s - CLOCK_DOUBT_S - self.granted_s[1]) // SECONDS_PER_DAY)
        most = int((until_s + CLOCK_DOUBT_S - self.granted_s[0]) // SECONDS_PER_DAY)
        return range(max(self.settled_days, least), max(self.settled_days, most) + 1)

    def interest_after(self, days: int) -> int:
        """Unpaid interest on day ``days`` after the grant, in fen."""
        more_days = days - self.settled_days
        return self.interest_fen + self.principal_fen * self.daily_rate_ppm * more_days // _MILLION

    def owed_after(self, days: int) -> int:
        """Principal and unpaid interest on day ``days`` after the grant, in fen."""
        return self.principal_fen + self.interest_after(days)

    def repaid(self, fen: int, days: int) -> Account:
        """The account after a repayment on that day; ``fen`` is at most what is owed."""
        interest_fen = self.interest_after(days)
        paid_fen = min(fen, interest_fen)
        return replace(
            self,
            principal_fen=self.principal_fen - (fen - paid_fen),
            interest_fen=interest_fen - paid_fen,
            interest_paid_fen=self.interest_paid_fen + paid_fen,
            settled_days=days,
        )

    def instalment_fen(self, days: int) -> int:
        """The next instalment on that day: an equal part of the loan with the interest until then, at most what is
        owed. The parts of all instalments add up to the loan."""
        share_fen = -(-self.granted_fen // self.instalments)
        return min(self.principal_fen, share_fen) + self.interest_after(days)
