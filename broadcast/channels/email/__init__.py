"""Adapters for e-mail."""
