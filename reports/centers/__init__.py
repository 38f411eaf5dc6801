"""Data centers beside each other: balance, what each of them had, what carries when one is lost."""
