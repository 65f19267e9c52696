-- name: traffic
-- Count how the attempts over each channel went since a moment.
-- A refused phone number is no trouble of the channel; a request without an answer is.
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
-- Read the channels whose latest request since a moment got no answer, or no proper one.
SELECT channel FROM attempt WHERE started_at >= :since GROUP BY channel
HAVING max(ended_at) FILTER (WHERE outcome IN ('not_sent', 'unknown'))
     > coalesce(max(ended_at) FILTER (WHERE outcome = 'accepted'), 0)

-- name: latencies
-- Compute median and 95th percentile of how long accepted requests took, by channel.
-- Times are grouped by the millisecond first: a hundred thousand answers are then only some hundred rows.
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
-- Read the most frequent reason of failures on each channel.
SELECT channel, reason FROM (
    SELECT channel, reason, row_number() OVER (PARTITION BY channel ORDER BY count(*) DESC, reason) AS place
    FROM attempt
    WHERE started_at >= :since AND outcome <> 'accepted' AND reason IS NOT NULL
    GROUP BY channel, reason
) AS counted WHERE place = 1

-- name: watched
-- Read every system that was ever watched.
SELECT * FROM health ORDER BY system

-- name: recorded_down
-- Read what counts as down now.
-- A time further ahead than any check counts was written before the clock was set back.
SELECT * FROM health
WHERE state = 'down' AND dismissed = 0 AND expires_at > :now AND checked_at - :now <= expires_at - checked_at
ORDER BY system

-- name: keep_watched
-- Record how a watched system is.
INSERT INTO health (system, state, since, source, reason, checked_at, streak, expires_at, dismissed, draft)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (system) DO UPDATE
SET state = excluded.state, since = excluded.since, source = excluded.source, reason = excluded.reason,
    checked_at = excluded.checked_at, streak = excluded.streak, expires_at = excluded.expires_at,
    dismissed = excluded.dismissed, draft = excluded.draft

-- name: dismiss_down
-- Dismiss what is down now, until it was up again.
UPDATE health SET dismissed = 1 WHERE state = 'down'

-- name: claim_page
-- Claim the next request to a status page; no row comes back if it was asked a moment ago.
-- A time that lies ahead was written before the clock was set back.
INSERT INTO status_page (url, asked_at) VALUES (:url, :now)
ON CONFLICT (url) DO UPDATE SET asked_at = :now
WHERE status_page.asked_at <= :now - :pause OR status_page.asked_at > :now
RETURNING url

-- name: status_page
-- Read what a status page last said.
SELECT * FROM status_page WHERE url = ?

-- name: keep_page
-- Record what a status page said.
UPDATE status_page SET etag = ?, condition = ?, detail = ? WHERE url = ?
