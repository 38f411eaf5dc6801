"""The report of peaks on paper."""
