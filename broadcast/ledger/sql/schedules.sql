-- name: insert_schedule
-- Record a notice that is to be published later.
INSERT INTO schedule (key, request, incident, sequence, max_recipients, author, created_at, due_at, state, detail)
VALUES (:key, :request, :incident, :sequence, :max_recipients, :author, :created, :due, 'waiting', '')
RETURNING id

-- name: schedules
-- Read every schedule, the earliest first.
SELECT * FROM schedule ORDER BY due_at, id

-- name: settle_schedule
-- Record what became of a schedule that has one of these states.
UPDATE schedule SET state = :state, detail = coalesce(:detail, detail), settled_at = :at,
    settled_after = (SELECT coalesce(max(notice.id), 0) FROM notice)
WHERE id = :id AND state = ANY(:before)

-- name: publish_schedule
-- Record that the notice of a schedule was recorded, under its key.
UPDATE schedule SET state = 'published', detail = :detail, settled_at = :at WHERE key = :key AND state IN ('waiting', 'publishing')

-- name: note_schedule
-- Record why a schedule could not be published yet.
UPDATE schedule SET detail = :detail WHERE id = :id AND state IN ('waiting', 'publishing') AND detail <> :detail

-- name: unpublished_schedules
-- Read what should have been published by a time and was not, unless its incident has a newer notice, or is over.
SELECT * FROM schedule
WHERE due_at <= :now AND (state IN ('waiting', 'publishing') OR state = 'refused' AND settled_at > :since)
  AND NOT EXISTS (SELECT 1 FROM incident JOIN notice ON notice.incident_id = incident.id
                  WHERE incident.ref = schedule.incident AND state = 'refused'
                    AND (incident.ended_at IS NOT NULL OR notice.sequence > 0 AND notice.id > schedule.settled_after))
ORDER BY due_at, id

-- name: unreminded_schedule
-- Read the incident of a refused schedule of which nobody was reminded; NULL if it would have opened one.
SELECT schedule.incident, incident.id AS incident_id FROM schedule LEFT JOIN incident ON incident.ref = schedule.incident
WHERE schedule.id = ? AND schedule.state = 'refused' AND schedule.reminded_at IS NULL

-- name: remind_of_schedule
-- Record that people are reminded of a refused schedule.
UPDATE schedule SET reminded_at = :now, reminder_id = :reminder WHERE id = :schedule AND reminded_at IS NULL

-- name: delete_old_schedules
-- Remove schedules that are over and were due before a time: what was published is in its notice.
DELETE FROM schedule WHERE state NOT IN ('waiting', 'publishing') AND due_at < ?
