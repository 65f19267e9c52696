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

-- name: insert_reminder
-- Record that people are reminded of a promise.
INSERT INTO reminder (notice_id, kind, reminder_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING

-- name: open_reminders
-- Read the reminders with unsent messages, and whether a newer notice follows the promise.
SELECT reminder.reminder_id,
       EXISTS (SELECT 1 FROM notice AS newer WHERE newer.incident_id = notice.incident_id AND newer.sequence > notice.sequence) AS kept
FROM reminder JOIN notice ON notice.id = reminder.notice_id
WHERE reminder.reminder_id <> reminder.notice_id AND EXISTS (SELECT 1 FROM delivery WHERE delivery.notice_id = reminder.reminder_id AND delivery.state IN ('planned', 'held', 'sending', 'unknown'))
ORDER BY reminder.reminder_id

-- name: withdraw_reminder
-- Cancel what a reminder still owes, because a newer notice follows the promise.
UPDATE delivery SET state = 'cancelled', reason = 'the promise was kept', owner = NULL, updated_at = :now
WHERE notice_id = :reminder AND state IN ('planned', 'held')
