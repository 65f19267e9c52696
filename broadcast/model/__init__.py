"""The vocabulary: pure, frozen values that all other packages use."""
