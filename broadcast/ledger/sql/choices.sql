-- name: choose_for_notice
-- Keep what to do with unknown outcomes of a notice, and let the clock go on with it.
UPDATE notice SET on_unknown = :on_unknown, paused_at = NULL WHERE id = :notice

-- name: pause_notice
-- Let the clock leave a notice alone, because a person interrupted its command.
UPDATE notice SET paused_at = :now
WHERE sequence = :sequence AND incident_id = (SELECT id FROM incident WHERE ref = :ref) AND paused_at IS NULL

-- name: owing_notices
-- Notices with messages that were not sent, and when those were last tried that were tried in vain.
-- An unknown message falls due at `never`, which is infinite, when its run has given up asking for it.
SELECT notice.id, notice.on_unknown, notice.created_at, max(waiting.tried_at) AS tried_at, max(waiting.active) AS active
FROM (SELECT notice_id, CAST(NULL AS double precision) AS tried_at, 1 AS active FROM delivery WHERE state = 'planned'
      UNION ALL SELECT notice_id, CAST(NULL AS double precision), 1 FROM delivery WHERE state = 'sending'
      UNION ALL SELECT notice_id, CASE WHEN not_before >= :never THEN waits_since END,
                       CASE WHEN not_before >= :never THEN 0 ELSE 1 END FROM delivery WHERE state = 'unknown'
      UNION ALL SELECT notice_id, updated_at, 0 FROM delivery WHERE state = 'held') AS waiting
JOIN notice ON notice.id = waiting.notice_id
WHERE notice.paused_at IS NULL AND notice.sequence > 0 AND notice.incident_id > 0
GROUP BY notice.id, notice.on_unknown, notice.created_at ORDER BY notice.id
