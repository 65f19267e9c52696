"""Privacy: find all that is known of one person, export or erase it; suppress an address; purge."""
