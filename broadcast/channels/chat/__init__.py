"""Adapters for chat rooms and webhooks."""
