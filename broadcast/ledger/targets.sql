-- name: targets
SELECT channel, target FROM target

-- name: keep_target
INSERT INTO target (channel, target) VALUES (:channel, :target)
ON CONFLICT (channel) DO UPDATE SET target = excluded.target

-- name: incidents_published
-- Incidents of which a channel published a notice, or may have.
SELECT DISTINCT notice.incident_id FROM delivery
JOIN attempt ON attempt.delivery_id = delivery.id
JOIN notice ON notice.id = delivery.notice_id
WHERE delivery.contact >= 'channel:' AND delivery.contact < 'channel;' AND delivery.recipient_id IS NULL
  AND attempt.channel = :channel AND (attempt.outcome IS NULL OR attempt.outcome IN ('unknown', 'accepted'))

-- name: rename_attempts
UPDATE attempt SET channel = :new WHERE channel = :old AND delivery_id IN (
    SELECT delivery.id FROM delivery JOIN notice ON notice.id = delivery.notice_id
    WHERE delivery.contact >= 'channel:' AND delivery.contact < 'channel;' AND delivery.recipient_id IS NULL
      AND notice.incident_id IN (SELECT value FROM json_each(:incidents)))

-- name: rename_posts
UPDATE delivery SET channel = :new,
       route = (SELECT json_group_array(CASE WHEN value = :old THEN :new ELSE value END) FROM json_each(route))
WHERE channel = :old AND contact >= 'channel:' AND contact < 'channel;' AND recipient_id IS NULL
  AND notice_id IN (SELECT id FROM notice WHERE incident_id IN (SELECT value FROM json_each(:incidents)))

-- name: rename_threads
UPDATE OR REPLACE thread SET channel = :new, contact = 'channel:' || :new
WHERE channel = :old AND contact = 'channel:' || :old
  AND incident_id IN (SELECT value FROM json_each(:incidents))
