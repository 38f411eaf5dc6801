"""What people changed in the bank's systems (deployments, configuration), so that reports can list it."""
