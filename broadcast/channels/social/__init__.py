"""Adapters for social networks."""
