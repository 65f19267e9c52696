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
UPDATE schedule SET state = :state, detail = :detail WHERE id = :id AND state = ANY(:before)

-- name: delete_old_schedules
-- Remove schedules that are over and were due before a time: what was published is in its notice.
DELETE FROM schedule WHERE state NOT IN ('waiting', 'publishing') AND due_at < ?
