"""From news of an alert to the right person's door: channels, the ledger of deliveries and who sends what is due."""
