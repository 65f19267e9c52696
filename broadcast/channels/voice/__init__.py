"""Calls that say a notice aloud."""
