"""What everything that leaves the house needs: secrets that do not show, signatures, POSTs, kinds of failure."""
