"""The ledger in one SQLite file; all that is SQLite's own."""
