-- name: insert_absence
-- Record that a person of a rota is away; the same absence again changes nothing.
INSERT INTO absence (contact, starts_at, ends_at, note, author, recorded_at)
SELECT CAST(:contact AS TEXT), :starts, :ends, :note, :author, :at
WHERE NOT EXISTS (SELECT 1 FROM absence WHERE contact = :contact AND starts_at = :starts AND ends_at = :ends AND cancelled_at IS NULL)

-- name: absences_after
-- Absences that are not over at that time and were not taken back.
SELECT * FROM absence WHERE ends_at > ? AND cancelled_at IS NULL ORDER BY starts_at, id

-- name: absences_of_contact
-- Every absence of a contact, also those that were taken back.
SELECT * FROM absence WHERE contact = ? ORDER BY starts_at, id

-- name: cancel_absences
-- Take back what is left of a contact's absences.
UPDATE absence SET cancelled_at = :at, cancelled_by = :author
WHERE contact = :contact AND ends_at > :at AND cancelled_at IS NULL RETURNING *

-- name: forget_absences
-- Remove the absences of a contact.
DELETE FROM absence WHERE contact = ?

-- name: count_absences
-- Count the absences that were over before a time.
SELECT count(*) FROM absence WHERE ends_at < ?

-- name: purge_absences
-- Remove the absences that were over before a time.
DELETE FROM absence WHERE ends_at < ?

-- name: absence_notes
-- Read what was noted beside absences.
SELECT id, note AS text FROM absence WHERE note <> ''

-- name: write_absence_note
-- Replace what was noted beside an absence.
UPDATE absence SET note = :text WHERE id = :id
