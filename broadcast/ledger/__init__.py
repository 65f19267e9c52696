"""The ledger: what was said to whom and when, on disk before it is said."""
