"""Counters that a Prometheus-compatible server has already scraped, read back as raw samples and counted exactly."""
