"""Languages: the phrases of every part of the program, and how a language writes dates and numbers."""
