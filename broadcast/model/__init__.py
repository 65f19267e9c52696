"""The vocabulary: pure, frozen values that every other folder speaks in."""
