-- name: next_page_number
-- Read the number that the next escalation of an incident gets: they count down from -1.
SELECT CASE WHEN min(sequence) < 0 THEN min(sequence) - 1 ELSE -1 END FROM notice WHERE incident_id = ?

-- name: insert_escalation
-- Record an escalation that begins.
INSERT INTO escalation (notice_id, policy, place, since, started_at, expires_at, version)
VALUES (:notice, :policy, 0, :now, :now, :expires_at, 0)

-- name: running_escalations
-- Read the escalations that have not ended, the oldest first.
SELECT escalation.*, notice.sequence, notice.incident_id, incident.ref AS incident
FROM escalation JOIN notice ON notice.id = escalation.notice_id JOIN incident ON incident.id = notice.incident_id
WHERE escalation.ended_at IS NULL ORDER BY escalation.notice_id

-- name: escalations_of_incident
-- Read every escalation of an incident, the oldest first, with the columns of `running_escalations`.
SELECT escalation.*, notice.sequence, notice.incident_id, incident.ref AS incident
FROM escalation JOIN notice ON notice.id = escalation.notice_id JOIN incident ON incident.id = notice.incident_id
WHERE notice.incident_id = ? ORDER BY escalation.notice_id

-- name: escalation_of_notice
-- Read one escalation, with the columns of `running_escalations`.
SELECT escalation.*, notice.sequence, notice.incident_id, incident.ref AS incident
FROM escalation JOIN notice ON notice.id = escalation.notice_id JOIN incident ON incident.id = notice.incident_id
WHERE escalation.notice_id = ?

-- name: escalation_by_notice
-- Read the escalation about the missing confirmations of a notice, running or not, with the columns of `running_escalations`.
SELECT escalation.*, notice.sequence, notice.incident_id, incident.ref AS incident
FROM question JOIN escalation ON escalation.notice_id = question.escalation_id
JOIN notice ON notice.id = escalation.notice_id JOIN incident ON incident.id = notice.incident_id
WHERE question.notice_id = ?

-- name: notice_of_escalation
-- Read the notice whose missing confirmations an escalation is about.
SELECT notice_id FROM question WHERE escalation_id = ? ORDER BY notice_id DESC LIMIT 1

-- name: escalate_question
-- Record which escalation is about a notice, unless there is one.
UPDATE question SET escalation_id = :by WHERE notice_id = :about AND escalation_id IS NULL

-- name: owed_escalations
-- Notices with a policy that has not begun, whose time is over or whose receivers have all answered; the oldest first.
SELECT notice.id, notice.sequence, incident.ref AS incident, question.policy
FROM question JOIN notice ON notice.id = question.notice_id JOIN incident ON incident.id = notice.incident_id
WHERE question.policy IS NOT NULL AND question.escalation_id IS NULL AND question.asked_at > :since AND notice.paused_at IS NULL
  AND NOT (incident.phase = ANY(:closed))
  AND (question.answer_by <= :now OR NOT EXISTS (
       SELECT 1 FROM delivery WHERE delivery.notice_id = notice.id AND delivery.required = 1 AND delivery.recipient_id IS NOT NULL
       AND delivery.state IN ('planned', 'sending', 'accepted', 'delivered', 'unknown')
       AND NOT EXISTS (SELECT 1 FROM confirmation WHERE confirmation.notice_id = delivery.notice_id
                       AND confirmation.audience = delivery.audience AND confirmation.contact = delivery.contact)))
  AND NOT EXISTS (SELECT 1 FROM notice AS newer JOIN question AS theirs ON theirs.notice_id = newer.id
                  WHERE newer.incident_id = notice.incident_id AND newer.sequence > notice.sequence)
ORDER BY notice.id

-- name: next_owed_escalation
-- Read when the time of the next notice with a policy is over.
SELECT min(question.answer_by) AS answer_by
FROM question JOIN notice ON notice.id = question.notice_id JOIN incident ON incident.id = notice.incident_id
WHERE question.policy IS NOT NULL AND question.escalation_id IS NULL AND question.answer_by > :now AND NOT (incident.phase = ANY(:closed))

-- name: pages_of_notice
-- Read the pages of an escalation in the order in which they were written.
SELECT delivery.audience, delivery.contact, delivery.locale, delivery.lane, delivery.channel, delivery.state, delivery.updated_at,
       recipient.contact AS person, recipient.name, recipient.phone, recipient.email, recipient.extra
FROM delivery LEFT JOIN recipient ON recipient.id = delivery.recipient_id
WHERE delivery.notice_id = ? ORDER BY delivery.id

-- name: answers_of_notice
-- Read who answered a notice, and what.
SELECT audience, contact, answer FROM confirmation WHERE notice_id = ? ORDER BY id

-- name: climb_escalation
-- Move an escalation to a place, unless it has changed since it was read.
UPDATE escalation SET place = :place, since = CASE WHEN place = :place THEN since ELSE :now END, version = version + 1
WHERE notice_id = :notice AND version = :version AND ended_at IS NULL

-- name: end_escalation
-- End an escalation, unless it has changed since it was read.
UPDATE escalation SET ended_at = :now, outcome = :outcome, version = version + 1
WHERE notice_id = :notice AND version = :version AND ended_at IS NULL

-- name: escalation_is_running
-- Read whether a notice is an escalation that has not ended.
SELECT EXISTS (SELECT 1 FROM escalation WHERE notice_id = ? AND ended_at IS NULL) AS running

-- name: answer_changes_escalation
-- Note an answer: what was decided without it is not written any more.
UPDATE escalation SET version = version + 1 WHERE notice_id = :notice AND ended_at IS NULL

-- name: confirm_ended_escalation
-- Let an escalation that nobody had confirmed end as confirmed after all.
UPDATE escalation SET outcome = :outcome, version = version + 1
WHERE notice_id = :notice AND ended_at IS NOT NULL AND outcome IN ('exhausted', 'expired')

-- name: end_escalations_of_incident
-- End every escalation of an incident.
UPDATE escalation SET ended_at = :now, outcome = :outcome, version = version + 1
WHERE ended_at IS NULL AND notice_id IN (SELECT id FROM notice WHERE incident_id = :incident)

-- name: cancel_pages_of_incident
-- Cancel the pages of an incident that have not left.
UPDATE delivery SET state = 'cancelled', reason = :reason, owner = NULL, updated_at = :now
WHERE state IN ('planned', 'held') AND notice_id IN (
    SELECT notice.id FROM notice JOIN escalation ON escalation.notice_id = notice.id WHERE notice.incident_id = :incident)

-- name: cancel_pages
-- Cancel pages that must not leave: the escalation is over, or the person has answered.
UPDATE delivery SET state = 'cancelled', reason = :reason, owner = NULL, updated_at = :now
WHERE notice_id = :notice AND state IN ('planned', 'held')
  AND (EXISTS (SELECT 1 FROM escalation WHERE notice_id = :notice AND (ended_at IS NOT NULL OR expires_at <= :now))
       OR EXISTS (SELECT 1 FROM confirmation WHERE confirmation.notice_id = :notice AND confirmation.audience = delivery.audience
                    AND confirmation.contact = delivery.contact))
