"""Readers of running systems: each turns pages of counters into exact increments in the store."""
