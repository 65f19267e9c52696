-- name: activate_line
-- Record that a line stands in for the hotline, unless it does already.
INSERT INTO backup_line (line, incident, note, author, activated_at)
VALUES (:line, :incident, :note, :author, :at) ON CONFLICT DO NOTHING

-- name: end_line
-- Record that a line does not stand in any more.
UPDATE backup_line SET ended_by = :author, ended_at = :at WHERE line = :line AND ended_at IS NULL

-- name: end_line_of_closed_incident
-- End a line whose incident is over, at its end.
UPDATE backup_line SET ended_by = '', ended_at = (SELECT incident.ended_at FROM incident WHERE incident.ref = backup_line.incident)
WHERE line = :line AND ended_at IS NULL
AND EXISTS (SELECT 1 FROM incident WHERE incident.ref = backup_line.incident AND incident.ended_at IS NOT NULL)

-- name: active_lines
-- Lines that stand in now: nobody ended them, and their incident is not over.
SELECT * FROM backup_line WHERE ended_at IS NULL
AND NOT EXISTS (SELECT 1 FROM incident WHERE incident.ref = backup_line.incident AND incident.ended_at IS NOT NULL)
ORDER BY id

-- name: lines_between
-- Lines that were activated or ended within a time.
SELECT backup_line.id, backup_line.line, backup_line.incident, backup_line.note, backup_line.author, backup_line.activated_at,
       CASE WHEN backup_line.ended_at IS NULL THEN '' ELSE backup_line.ended_by END AS ended_by,
       coalesce(backup_line.ended_at, incident.ended_at) AS ended_at
FROM backup_line LEFT JOIN incident ON incident.ref = backup_line.incident
WHERE backup_line.activated_at BETWEEN :since AND :until OR coalesce(backup_line.ended_at, incident.ended_at) BETWEEN :since AND :until
ORDER BY backup_line.id
