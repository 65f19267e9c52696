"""Lists of people as other systems give them, brought into rows as a contacts file has them."""
