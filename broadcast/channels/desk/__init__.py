"""Adapters for service desks."""
