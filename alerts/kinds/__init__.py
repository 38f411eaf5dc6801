"""Every alert that is not a burn rate: one small module per kind, facts in, readings out."""
