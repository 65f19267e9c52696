-- name: unreminded
-- Read the incident of a notice if no newer one follows it and nobody was reminded of this promise of it.
SELECT notice.incident_id FROM notice
WHERE notice.id = :notice
  AND NOT EXISTS (SELECT 1 FROM notice AS newer WHERE newer.incident_id = notice.incident_id AND newer.sequence > notice.sequence)
  AND NOT EXISTS (SELECT 1 FROM reminder WHERE reminder.notice_id = notice.id AND reminder.kind = :kind)

-- name: insert_reminding_incident
-- Record what the reminders of an incident belong to, if it is not recorded yet.
INSERT INTO incident (id, ref, title, phase, severity, services, drill, opened_at, ended_at)
SELECT -id, ref || 'R', title, 'resolved', 'sev4', '[]', drill, opened_at, opened_at FROM incident WHERE id = ?
ON CONFLICT (id) DO NOTHING

-- name: insert_reminding_schedule
-- Record what the reminder of a schedule belongs to that would have opened an incident.
INSERT INTO incident (id, ref, title, phase, severity, services, drill, opened_at, ended_at)
VALUES (:id, :ref, :title, 'resolved', 'sev4', '[]', :drill, :now, :now)
ON CONFLICT (id) DO NOTHING

-- name: insert_reminder
-- Record that people are reminded of a promise.
INSERT INTO reminder (notice_id, kind, reminder_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING

-- name: open_reminders
-- Read the reminders with unsent messages, and whether they are outdated.
-- They are if a newer notice follows the promise or the refusal, or if the refusal was dismissed.
SELECT owing.reminder_id, owing.kept FROM (
    SELECT reminder.reminder_id,
           EXISTS (SELECT 1 FROM notice AS newer WHERE newer.incident_id = notice.incident_id AND newer.sequence > notice.sequence) AS kept
    FROM reminder JOIN notice ON notice.id = reminder.notice_id
    WHERE reminder.reminder_id <> reminder.notice_id
    UNION ALL
    SELECT schedule.reminder_id,
           schedule.state <> 'refused' OR EXISTS (
               SELECT 1 FROM incident JOIN notice AS newer ON newer.incident_id = incident.id
               WHERE incident.ref = schedule.incident AND newer.sequence > 0 AND newer.id > schedule.settled_after) AS kept
    FROM schedule WHERE schedule.reminder_id IS NOT NULL) AS owing
WHERE EXISTS (SELECT 1 FROM delivery WHERE delivery.notice_id = owing.reminder_id AND delivery.state IN ('planned', 'held', 'sending', 'unknown'))
ORDER BY owing.reminder_id

-- name: withdraw_reminder
-- Cancel what a reminder still owes, because a newer notice follows the promise.
UPDATE delivery SET state = 'cancelled', reason = 'the promise was kept', owner = NULL, updated_at = :now
WHERE notice_id = :reminder AND state IN ('planned', 'held')
