"""Privacy: find, export and erase the data of one person; suppress addresses; purge closed incidents."""
