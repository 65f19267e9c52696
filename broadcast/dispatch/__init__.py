"""Dispatch: claim, attempt, record, until nobody is owed anything that can be given."""
