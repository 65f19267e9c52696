"""Output as blocks: drawn with colours on a terminal, and as plain text elsewhere."""
