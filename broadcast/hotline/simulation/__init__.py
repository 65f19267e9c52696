"""Calls without a telephone: callers by a script follow the hotline's documents on a clock of their own."""
