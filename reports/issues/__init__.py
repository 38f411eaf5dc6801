"""Frozen issues of reports: what was said is kept, corrected by a new revision, and signed by several persons."""
