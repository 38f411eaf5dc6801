"""Between a transition and a message: grouping, inhibition, silences, acknowledgement, escalation, maintenance."""
