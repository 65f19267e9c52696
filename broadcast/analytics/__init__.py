"""Figures about calls: how many agents they need, and how long callers wait. Pure."""
