"""One module per way out of the house; each fulfils ``alerts.notify.message.Channel``."""
