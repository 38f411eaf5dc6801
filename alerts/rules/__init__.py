"""The same objectives and tiers as Prometheus recording rules, alerting rules and promtool unit tests."""
