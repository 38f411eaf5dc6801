"""Where alerting and reports meet: what a report needs to know that counts do not say."""
