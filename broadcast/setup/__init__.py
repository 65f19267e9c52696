"""Setup: the files that `broadcast init` writes."""
