"""Adapters for calls that read a notice aloud."""
