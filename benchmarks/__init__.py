"""Measurements of speed and memory: medians and ratios, printed, never asserted in the test suite."""
