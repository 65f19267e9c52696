-- name: services_named
-- Read the facts of each notice of an incident that a channel may have shown, or is about to show.
SELECT notice.facts
FROM notice AS own JOIN notice ON notice.incident_id = own.incident_id
WHERE own.id = :notice AND EXISTS (
    SELECT 1 FROM delivery JOIN attempt ON attempt.delivery_id = delivery.id
    WHERE delivery.notice_id = notice.id AND delivery.contact >= 'channel:' AND delivery.contact < 'channel;'
      AND attempt.channel = :channel AND coalesce(attempt.outcome, 'unknown') IN ('unknown', 'accepted'))
ORDER BY notice.sequence

-- name: incidents_shown
-- Read every incident that a channel may have shown, as it is now.
-- An incident that was kept from the channel changes nothing there.
SELECT incident.phase, incident.severity, incident.services FROM incident
WHERE incident.drill = 0 AND EXISTS (
    SELECT 1 FROM notice JOIN delivery ON delivery.notice_id = notice.id
    JOIN attempt ON attempt.delivery_id = delivery.id
    WHERE notice.incident_id = incident.id AND delivery.contact >= 'channel:' AND delivery.contact < 'channel;'
      AND attempt.channel = :channel AND coalesce(attempt.outcome, 'unknown') IN ('unknown', 'accepted'))
ORDER BY incident.id
