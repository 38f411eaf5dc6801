"""How the cost report is laid out on paper."""
