"""Contacts: read from files, cleaned, and with a result for every row."""
