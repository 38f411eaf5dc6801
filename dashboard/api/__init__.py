"""The HTTP face of alerting: what is open, what people do about it, and the record of both (docs/api.md)."""
