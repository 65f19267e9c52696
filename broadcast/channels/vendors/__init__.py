"""Accounts and clients of providers that several channels use."""
