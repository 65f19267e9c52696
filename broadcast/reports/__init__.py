"""Reports: the story of an incident, told from the ledger alone."""
