"""Paper: what a report says, laid out once and drawn in any format. Knows nothing of what the figures mean."""
