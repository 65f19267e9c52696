-- When an incident began and was noticed, NULL where nobody said; and when announced maintenance is to begin.
-- Until now the moment of the command stood there where nobody said, and the announced beginning of maintenance.
ALTER TABLE incident RENAME COLUMN started_at TO started_or_opened_at;
ALTER TABLE incident RENAME COLUMN detected_at TO detected_or_opened_at;
ALTER TABLE incident ADD COLUMN started_at REAL;
ALTER TABLE incident ADD COLUMN detected_at REAL;
ALTER TABLE incident ADD COLUMN window_starts_at REAL;
UPDATE incident SET
    started_at = CASE WHEN phase NOT IN ('scheduled', 'cancelled') THEN nullif(started_or_opened_at, opened_at) END,
    detected_at = nullif(detected_or_opened_at, opened_at),
    window_starts_at = CASE WHEN phase IN ('scheduled', 'cancelled') THEN started_or_opened_at END;
ALTER TABLE incident DROP COLUMN started_or_opened_at;
ALTER TABLE incident DROP COLUMN detected_or_opened_at;
