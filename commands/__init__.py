"""One module per command of the command line; composes the rooms, nothing else imports it."""
