"""A static status page: what was published, kept as a file, and the HTML, Atom and JSON made from it."""
