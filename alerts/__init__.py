"""Burn-rate alerts, incidents and notification. A laid room: the evaluation engine moves in with the alert policy."""
