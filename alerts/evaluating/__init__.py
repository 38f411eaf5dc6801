"""One tick of alerting: what the store holds by now -> one change of its journal."""
