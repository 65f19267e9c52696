-- name: alert_fires
-- Record what a group of alerts says now.
INSERT INTO alert_group (digest, opened_at, version, firing, document, written)
VALUES (:digest, :now, 1, 1, :document, '')
ON CONFLICT (digest) DO UPDATE
SET version = alert_group.version + 1, firing = 1, document = excluded.document

-- name: alert_ends
-- Record that a group of alerts is over.
UPDATE alert_group SET version = version + 1, firing = 0, document = :document WHERE digest = :digest

-- name: alerts_without_draft
-- Read the groups whose latest news stand in no draft yet.
SELECT * FROM alert_group WHERE document <> '' ORDER BY opened_at, digest

-- name: alert_drafted
-- Record that a draft says what was read, unless there is later news, or another process did it.
UPDATE alert_group SET document = '', written = :written
WHERE digest = :digest AND version = :version AND document <> ''

-- name: remove_ended_alert
-- Remove a group that is over, unless there is later news.
DELETE FROM alert_group WHERE digest = :digest AND version = :version AND firing = 0
