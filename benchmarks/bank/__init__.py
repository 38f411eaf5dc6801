"""The bank of benchmarks/bank_scale.py: how big it is, what happened in it, and the stores that hold it."""
