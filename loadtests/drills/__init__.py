"""Failover drills: lose one data center under load, bring it back, and say what its borrowers met."""
