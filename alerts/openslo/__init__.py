"""OpenSLO v1: objectives as code. Files become values; every defect is named by file, line and field."""
