"""Contractual availability for partner banks: downtime by five failures in a row, share of requests, credits."""
