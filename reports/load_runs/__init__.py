"""Results of load runs: read with every defect named, kept in the journal, compared, and what capacity they prove."""
