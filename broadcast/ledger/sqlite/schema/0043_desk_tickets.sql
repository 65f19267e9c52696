-- What became of a caller's ticket at the service desk: `desk_state` is NULL (not yet there), sending, sent, failed or unknown;
-- `desk_ref` is the desk's number of it, and `desk_at` when the desk was last asked.
ALTER TABLE ticket ADD COLUMN desk_state TEXT;
ALTER TABLE ticket ADD COLUMN desk_ref TEXT;
ALTER TABLE ticket ADD COLUMN desk_at REAL;
