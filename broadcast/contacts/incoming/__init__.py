"""Lists of people from other systems, converted into rows of a contacts file."""
