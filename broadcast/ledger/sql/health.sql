-- name: traffic
-- How the attempts over each channel went since a moment.
-- Who is refused for their number is no trouble of the channel's; a request without an answer is.
WITH recent AS (
    SELECT channel, max(ended_at) FILTER (WHERE outcome = 'accepted') AS last_success
    FROM attempt WHERE started_at >= :since GROUP BY channel
)
SELECT attempt.channel, recent.last_success,
       count(*) FILTER (WHERE outcome = 'accepted') AS accepted,
       count(*) FILTER (WHERE outcome IN ('rejected', 'not_sent')) AS failed,
       count(*) FILTER (WHERE outcome = 'unknown') AS unknown,
       count(*) FILTER (WHERE outcome IN ('not_sent', 'unknown') AND ended_at > coalesce(recent.last_success, 0)) AS trouble
FROM attempt JOIN recent ON recent.channel = attempt.channel
WHERE started_at >= :since GROUP BY attempt.channel, recent.last_success

-- name: troubled
-- Channels whose latest answer since a moment was none, or no proper one.
SELECT channel FROM attempt WHERE started_at >= :since GROUP BY channel
HAVING max(ended_at) FILTER (WHERE outcome IN ('not_sent', 'unknown'))
     > coalesce(max(ended_at) FILTER (WHERE outcome = 'accepted'), 0)

-- name: latencies
-- Median and 95th percentile of how long accepted requests took, by channel.
-- By the millisecond, so that a hundred thousand answers are as many rows as they took different times.
WITH spread AS (
    SELECT channel, round(1000 * CASE WHEN ended_at > started_at THEN ended_at - started_at ELSE 0 END) / 1000 AS seconds,
           count(*) AS number
    FROM attempt WHERE started_at >= :since AND outcome = 'accepted' GROUP BY channel, seconds
),
ranked AS (
    SELECT channel, seconds, sum(number) OVER (PARTITION BY channel ORDER BY seconds) AS place,
           sum(number) OVER (PARTITION BY channel) AS number
    FROM spread
)
SELECT channel, min(seconds) FILTER (WHERE place >= 0.5 * number) AS median,
       min(seconds) FILTER (WHERE place >= 0.95 * number) AS p95
FROM ranked GROUP BY channel

-- name: frequent_errors
-- What went wrong most often on each channel.
SELECT channel, reason FROM (
    SELECT channel, reason, row_number() OVER (PARTITION BY channel ORDER BY count(*) DESC, reason) AS place
    FROM attempt
    WHERE started_at >= :since AND outcome <> 'accepted' AND reason IS NOT NULL
    GROUP BY channel, reason
) AS counted WHERE place = 1

-- name: watched
-- Every system that was ever under watch.
SELECT * FROM health ORDER BY system

-- name: recorded_down
-- What counts as down now.
-- What lies further ahead than it was to count was written before the clock was put back.
SELECT * FROM health
WHERE state = 'down' AND dismissed = 0 AND expires_at > :now AND checked_at - :now <= expires_at - checked_at
ORDER BY system

-- name: keep_watched
-- Note how a system under watch is.
INSERT INTO health (system, state, since, source, reason, checked_at, streak, expires_at, dismissed, draft)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (system) DO UPDATE
SET state = excluded.state, since = excluded.since, source = excluded.source, reason = excluded.reason,
    checked_at = excluded.checked_at, streak = excluded.streak, expires_at = excluded.expires_at,
    dismissed = excluded.dismissed, draft = excluded.draft

-- name: dismiss_down
-- Let what is down now count no more, until it was up again.
UPDATE health SET dismissed = 1 WHERE state = 'down'

-- name: claim_page
-- Take the turn to ask a status page; no row comes back if it was asked a moment ago.
-- A moment that lies ahead is a clock that was put back.
INSERT INTO status_page (url, asked_at) VALUES (:url, :now)
ON CONFLICT (url) DO UPDATE SET asked_at = :now
WHERE status_page.asked_at <= :now - :pause OR status_page.asked_at > :now
RETURNING url

-- name: status_page
-- What a status page last said.
SELECT * FROM status_page WHERE url = ?

-- name: keep_page
-- Note what a status page said.
UPDATE status_page SET etag = ?, condition = ?, detail = ? WHERE url = ?
