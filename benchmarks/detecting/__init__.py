"""Parts of ``benchmarks.detection``: a running demo, doors that note who rings, peers beside it, trials, the table."""
