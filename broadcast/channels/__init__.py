"""Adapters: one module per provider. Each says what happened to one request."""
