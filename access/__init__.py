"""Who may do what: rights, roles, people, tokens and sessions; knows nothing of HTTP."""
