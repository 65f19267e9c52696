-- name: next_incident_number
-- Read the number of the next incident; reserved numbers are used.
SELECT max(taken.number) + 1
FROM (SELECT 0 AS number UNION ALL SELECT max(id) FROM incident UNION ALL SELECT max(number) FROM reserved_number) AS taken

-- name: reserve_number
-- Reserve a number for an incident that is about to be recorded.
INSERT INTO reserved_number (number) VALUES (?)

-- name: use_reserved_number
-- Remove the reservation of a number: its incident is recorded now.
DELETE FROM reserved_number WHERE number = ?

-- name: insert_incident
-- Record a new incident.
INSERT INTO incident (id, ref, title, phase, severity, services, drill, started_at, detected_at, window_starts_at, opened_at, ended_at,
    next_update_at, identity)
VALUES (:id, :ref, :title, :phase, :severity, :services, :drill, :started, :detected, :window_starts, :opened, :ended, :promised, :identity)

-- name: update_incident
-- Set an incident to what its latest notice says.
UPDATE incident SET title = :title, phase = :phase, severity = :severity, services = :services, started_at = :started,
    detected_at = :detected, window_starts_at = :window_starts, ended_at = :ended, next_update_at = :promised
WHERE id = :id

-- name: incidents
-- Read every incident, the oldest first. The records of reminders have numbers below zero.
SELECT * FROM incident WHERE id > 0 ORDER BY id

-- name: next_sequence
-- Read the number of the next notice of an incident.
SELECT coalesce(max(sequence), 0) + 1 FROM notice WHERE incident_id = ? AND sequence > 0

-- name: insert_notice
-- Record a notice and return its id.
INSERT INTO notice (incident_id, sequence, kind, phase, facts, content_hash, key, inputs_hash, author, created_at, next_update_at, identity, kinds)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
RETURNING id

-- name: latest_notice
-- Read id and number of the latest notice of an incident.
SELECT id, sequence FROM notice WHERE incident_id = ? AND sequence > 0 ORDER BY sequence DESC LIMIT 1

-- name: notices_of_incident
-- Read the notices of an incident in their order, without its escalations.
SELECT notice.*, incident.ref AS incident, incident.identity AS incident_identity
FROM notice JOIN incident ON incident.id = notice.incident_id
WHERE incident_id = ? AND sequence > 0 ORDER BY sequence

-- name: notice_by_key
-- Read the notice that was recorded under an idempotency key.
SELECT notice.*, incident.ref AS incident, incident.identity AS incident_identity
FROM notice JOIN incident ON incident.id = notice.incident_id
WHERE key = ?

-- name: notice_by_id
-- Read one notice.
SELECT notice.*, incident.ref AS incident, incident.identity AS incident_identity
FROM notice JOIN incident ON incident.id = notice.incident_id
WHERE notice.id = ?

-- name: finish_notice
-- Store the result of a notice and when its run ended.
UPDATE notice SET finished_at = ?, result = ? WHERE id = ?

-- name: insert_message
-- Record one text of a notice.
INSERT INTO message (notice_id, audience, locale, kind, subject, text, html, slots) VALUES (?, ?, ?, ?, ?, ?, ?, ?)

-- name: messages
-- Read the texts of a notice as they were rendered.
SELECT * FROM message WHERE notice_id = ? ORDER BY id

-- name: overtaken
-- Read the incident of a notice and the number of its latest notice; no row if that is this one, or an escalation.
SELECT own.incident_id, max(newer.sequence) AS newest
FROM notice AS own JOIN notice AS newer ON newer.incident_id = own.incident_id
WHERE own.id = ? AND own.sequence > 0 AND newer.sequence > own.sequence GROUP BY own.incident_id

-- name: insert_event
-- Record an event of a notice.
INSERT INTO event (incident_id, notice_id, at, kind, channel, detail)
SELECT (SELECT incident_id FROM notice WHERE id = :notice), :notice, :at, :kind, :channel, :detail
