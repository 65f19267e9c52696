-- name: claim_channel_poll
-- Let this process ask a channel's provider, unless one has just asked.
INSERT INTO polled_channel (channel, asked_at) VALUES (:channel, :now)
ON CONFLICT (channel) DO UPDATE SET asked_at = :now WHERE polled_channel.asked_at <= :before OR polled_channel.asked_at > :now

-- name: messages_to_poll
-- Accepted messages of a channel, accepted between `since` and `until`, of which nothing was heard since.
SELECT attempt.id AS attempt, attempt.ref, attempt.ended_at, coalesce(poll.times, 0) AS times
FROM notice JOIN delivery ON delivery.notice_id = notice.id JOIN attempt ON attempt.delivery_id = delivery.id
LEFT JOIN poll ON poll.attempt_id = attempt.id
WHERE notice.created_at >= :begun AND delivery.state = 'accepted' AND delivery.channel = :channel AND attempt.channel = :channel
  AND attempt.ref = delivery.ref AND attempt.ended_at >= :since AND attempt.ended_at <= :until
  AND coalesce(poll.next_at, 0) <= :now
  AND NOT EXISTS (SELECT 1 FROM receipt WHERE receipt.attempt_id = attempt.id)
ORDER BY coalesce(poll.next_at, 0), attempt.id LIMIT :limit

-- name: keep_poll
-- Record that a provider is asked about a message, and when it may be asked again.
INSERT INTO poll (attempt_id, times, next_at) VALUES (?, ?, ?)
ON CONFLICT (attempt_id) DO UPDATE SET times = excluded.times, next_at = excluded.next_at

-- name: forget_polls
-- Remove what is over.
DELETE FROM poll WHERE next_at < :since
