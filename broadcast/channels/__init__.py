"""Adapters: one file per provider, each answering what happened to one request."""
