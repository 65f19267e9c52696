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
