"""Synthetic probes: small requests of our own, from named places, told apart from what customers do."""
