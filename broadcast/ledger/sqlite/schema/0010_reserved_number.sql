-- Numbers of incidents that a command may use although no incident has them yet. A command that lost its number
-- to another one takes the next number here and prepares its texts again: they name it. The row goes when the
-- incident is recorded; it stays if the command ends before that, and then the number is never used.
CREATE TABLE reserved_number (
    number INTEGER PRIMARY KEY
) STRICT;
