"""Availability reports: figures of a period from the store's counts, as one document that everything is drawn from."""
