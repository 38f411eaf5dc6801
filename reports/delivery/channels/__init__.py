"""Ways out of the house: one module per kind."""
