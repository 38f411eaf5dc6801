"""Forecasts of daily totals and of peaks: floats inside, whole numbers out; every choice is back-tested."""
