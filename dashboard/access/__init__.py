"""Who may pass: ways to become known, the guard before every route, login and its pages."""
