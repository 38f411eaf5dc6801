"""FOCUS (FinOps Open Cost and Usage Specification) 1.0 to 1.4: CSV, gzip CSV, Parquet."""
