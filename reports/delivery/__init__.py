"""When a report is due, to whom it goes, and what became of it. Knows nothing of what reports say."""
