"""Borrowers as users: what they do, how they ask, and what they check in the answers."""
