-- name: plan_number_route
-- Record that a number is about to be led elsewhere, unless it is already.
INSERT INTO number_route (line, source, number, ref, former_url, former_method, url, method, state, author, planned_at)
VALUES (:line, :source, :number, :ref, :former_url, :former_method, :url, :method, 'planned', :author, :at)
ON CONFLICT DO NOTHING RETURNING id

-- name: settle_number_route
-- Record what became of it.
UPDATE number_route SET state = :state, reason = :reason, done_at = :at WHERE id = :id

-- name: open_number_routes
-- Read the numbers that are led elsewhere, or may be.
SELECT * FROM number_route WHERE state IN ('planned', 'changed') ORDER BY id
