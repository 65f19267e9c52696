"""The command line: the only code that draws, prompts, or reads a terminal."""
