"""The command line: the only code that draws, asks, or reads a terminal."""
