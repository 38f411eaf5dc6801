"""Availability, peak and cost reports. A laid room: the first report moves in with the report command."""
