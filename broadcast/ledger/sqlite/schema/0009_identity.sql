-- What makes an incident, or a notice, another one than that of the same number in any other ledger: a lost one, the
-- one that a backup was made from, or one begun anew beside an old install secret. NULL: recorded before this was
-- kept; references are then made from the number, as they were, so that retries and threads go on.
ALTER TABLE incident ADD COLUMN identity TEXT;
ALTER TABLE notice ADD COLUMN identity TEXT;
