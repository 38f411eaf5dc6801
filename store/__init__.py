"""The one place that keeps counts: records, the port that every twin fulfils, and the twins."""
