-- name: replace_proposals
-- A newer proposal takes the place of those for the same notice.
UPDATE proposal SET state = 'replaced', decided_at = :at
WHERE incident = :incident AND sequence = :sequence AND state = 'waiting'

-- name: insert_proposal
-- Record a notice that waits for approval.
INSERT INTO proposal (incident, sequence, key, inputs_hash, request, reserved, digest, author, proposed_at, state)
VALUES (:incident, :sequence, :key, :inputs_hash, :request, :reserved, :digest, :author, :at, 'waiting') RETURNING *

-- name: waiting_proposals
-- Proposals that wait for approval, the oldest first.
SELECT * FROM proposal WHERE state = 'waiting' ORDER BY proposed_at, id

-- name: proposals_of_incident
-- Every proposal for an incident, the latest first.
SELECT * FROM proposal WHERE incident = ? ORDER BY id DESC

-- name: proposal_with_key
-- The latest proposal under a key.
SELECT * FROM proposal WHERE key = ? ORDER BY id DESC LIMIT 1

-- name: approve_proposal
-- Approve a proposal that still waits.
UPDATE proposal SET state = 'approved', decided_by = :by, decided_at = :at WHERE id = :id AND state = 'waiting'
