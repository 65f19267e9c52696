"""Adapters of this kind."""
