-- name: targets
-- Read where each channel that publishes led when it was last used.
SELECT channel, target FROM target

-- name: keep_target
-- Record where a channel leads now.
INSERT INTO target (channel, target) VALUES (:channel, :target)
ON CONFLICT (channel) DO UPDATE SET target = excluded.target

-- name: incidents_published
-- Read the incidents of which a channel published a notice, or may have published one.
SELECT DISTINCT notice.incident_id FROM delivery
JOIN attempt ON attempt.delivery_id = delivery.id
JOIN notice ON notice.id = delivery.notice_id
WHERE delivery.contact >= 'channel:' AND delivery.contact < 'channel;' AND delivery.recipient_id IS NULL
  AND attempt.channel = :channel AND (attempt.outcome IS NULL OR attempt.outcome IN ('unknown', 'accepted'))

-- name: rename_attempts
-- Rename the channel of the attempts of posts.
UPDATE attempt SET channel = :new WHERE channel = :old AND delivery_id IN (
    SELECT delivery.id FROM delivery JOIN notice ON notice.id = delivery.notice_id
    WHERE delivery.contact >= 'channel:' AND delivery.contact < 'channel;' AND delivery.recipient_id IS NULL
      AND notice.incident_id = ANY(:incidents))

-- name: posts_on_channel
-- Read the posts of these incidents that wait for a channel, or were published there, with their routes.
SELECT id, route FROM delivery
WHERE channel = :old AND contact >= 'channel:' AND contact < 'channel;' AND recipient_id IS NULL
  AND notice_id IN (SELECT id FROM notice WHERE incident_id = ANY(:incidents))

-- name: rename_post
-- Rename the channel of a post, in its route as well.
UPDATE delivery SET channel = :new, route = :route WHERE id = :id

-- name: drop_threads_in_the_way
-- Remove the threads that have the new name of a renamed one.
DELETE FROM thread
WHERE channel = :new AND contact = 'channel:' || :new AND incident_id = ANY(:incidents)
  AND EXISTS (SELECT 1 FROM thread AS old
              WHERE old.incident_id = thread.incident_id AND old.channel = :old AND old.contact = 'channel:' || :old
                AND old.audience = thread.audience)

-- name: rename_threads
-- Rename the channel of threads.
UPDATE thread SET channel = :new, contact = 'channel:' || :new
WHERE channel = :old AND contact = 'channel:' || :old AND incident_id = ANY(:incidents)
