"""The availability report laid out on paper, in one language."""
