"""Exercises: an incident from a file, played through the sandbox on a clock of its own, and graded."""
