"""broadcast: one command tells everyone."""

__version__ = "0.1.0"
