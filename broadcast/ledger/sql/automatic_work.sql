-- name: keep_automatic_work
-- Record which stages of announced work the clock takes; NULL leaves them as they were.
INSERT INTO automatic_work (incident_id, starts, ends, remind_before, options, max_recipients)
VALUES (:incident, coalesce(:auto, 0), coalesce(:auto, 0), coalesce(:remind_before, 0), :options, :max_recipients)
ON CONFLICT (incident_id) DO UPDATE SET starts = coalesce(:auto, automatic_work.starts), ends = coalesce(:auto, automatic_work.ends),
    remind_before = coalesce(:remind_before, automatic_work.remind_before),
    options = excluded.options, max_recipients = coalesce(excluded.max_recipients, automatic_work.max_recipients)

-- name: automatic_work
-- Read which stages of announced work the clock takes.
SELECT * FROM automatic_work WHERE incident_id = ?

-- name: forgo_stage
-- Let the clock not take the stage of a schedule that a person cancels, not even at another time.
UPDATE automatic_work SET
    starts = CASE WHEN cancelled.stage = 'start' THEN 0 ELSE starts END,
    ends = CASE WHEN cancelled.stage = 'end' THEN 0 ELSE ends END,
    remind_before = CASE WHEN cancelled.stage = 'remind' THEN 0 ELSE remind_before END
FROM (SELECT schedule.stage, incident.id FROM schedule JOIN incident ON incident.ref = schedule.incident WHERE schedule.id = :schedule) AS cancelled
WHERE automatic_work.incident_id = cancelled.id

-- name: stage_schedules
-- Read the schedules for stages of an incident that were not cancelled.
SELECT * FROM schedule WHERE incident = ? AND stage <> '' AND state <> 'cancelled' ORDER BY due_at, id

-- name: insert_stage
-- Record the schedule for a stage.
INSERT INTO schedule (key, request, incident, sequence, max_recipients, author, created_at, due_at, state, detail, stage)
VALUES (:key, :request, :incident, :sequence, :max_recipients, :author, :created, :due, 'waiting', '', :stage)

-- name: drop_stage
-- Cancel the schedule for a stage, because a notice changed the window, or did the stage.
UPDATE schedule SET state = 'cancelled', detail = :detail, settled_at = :at WHERE id = :id
