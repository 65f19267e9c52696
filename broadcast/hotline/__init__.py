"""The hotline: it answers calls with the facts of the open incidents, and hands over to people."""
