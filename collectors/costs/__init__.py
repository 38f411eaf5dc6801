"""Costs in: billing files and a bank's own costs, row by row, every defect named; into the ledger of the store."""
