"""Incidents: what failed together, since when, who has it, what it cost; folded from transitions of alerts."""
