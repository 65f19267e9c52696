-- name: paces
-- Read every pace and every pause.
SELECT channel, full_at, paused_at, paused_until, reason FROM pace

-- name: keep_pace
-- Record when the token bucket of a channel is full again.
INSERT INTO pace (channel, full_at) VALUES (?, ?) ON CONFLICT (channel) DO UPDATE SET full_at = excluded.full_at

-- name: pause
-- Record that a provider asked for a pause.
-- The longest one holds, unless it began later than now: then the clock was set back.
INSERT INTO pace (channel, paused_at, paused_until, reason) VALUES (?, ?, ?, ?)
ON CONFLICT (channel) DO UPDATE
SET paused_at = excluded.paused_at, paused_until = excluded.paused_until, reason = excluded.reason
WHERE pace.paused_until < excluded.paused_until OR pace.paused_at > excluded.paused_at
