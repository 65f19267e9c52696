"""A static status page: publications kept in a file, and the HTML, Atom and JSON made from it."""
