"""Exact arithmetic of availability, budgets and windows: values in, values out; no clock, no I/O."""
