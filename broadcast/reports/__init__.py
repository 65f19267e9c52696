"""Reports: the course of an incident, made from the ledger alone."""
