"""Planning: which person gets which message through which channels. Pure."""
