"""What IT costs, who bears it, and what an account costs: composed from the ledger, then printed."""
