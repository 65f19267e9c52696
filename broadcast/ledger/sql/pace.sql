-- name: paces
-- Every pace and every pause.
SELECT channel, full_at, paused_at, paused_until, reason FROM pace

-- name: keep_pace
-- Note when the token bucket of a channel is full again.
INSERT INTO pace (channel, full_at) VALUES (?, ?) ON CONFLICT (channel) DO UPDATE SET full_at = excluded.full_at

-- name: pause
-- Note that a provider asked for patience.
-- The longest that was asked for holds, unless it began later than it is now: then a clock was put back.
INSERT INTO pace (channel, paused_at, paused_until, reason) VALUES (?, ?, ?, ?)
ON CONFLICT (channel) DO UPDATE
SET paused_at = excluded.paused_at, paused_until = excluded.paused_until, reason = excluded.reason
WHERE pace.paused_until < excluded.paused_until OR pace.paused_at > excluded.paused_at
