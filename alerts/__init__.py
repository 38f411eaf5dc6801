"""Burn-rate alerts and those of other kinds, incidents and notification (docs/alerts.md)."""
