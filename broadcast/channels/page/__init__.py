"""Adapters for status pages."""
