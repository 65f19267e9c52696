"""Adapters for SMS."""
