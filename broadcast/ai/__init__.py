"""A model that chooses among our own sentences; nothing it writes is ever said, and all works without it."""
