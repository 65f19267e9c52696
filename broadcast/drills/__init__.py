"""Exercises: an incident from a file, run in the sandbox on its own clock, and graded."""
