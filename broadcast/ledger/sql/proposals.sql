-- name: replace_proposals
-- A newer proposal takes the place of those for the same notice.
UPDATE proposal SET state = 'replaced', decided_at = :at
WHERE incident = :incident AND sequence = :sequence AND state = 'waiting' RETURNING asking_id

-- name: insert_proposal
-- Record a notice that waits for approval.
INSERT INTO proposal (incident, sequence, key, inputs_hash, request, reserved, digest, author, proposed_at, state, shown, valid_until)
VALUES (:incident, :sequence, :key, :inputs_hash, :request, :reserved, :digest, :author, :at, 'waiting', :shown, :valid_until) RETURNING *

-- name: all_proposals
-- Every proposal, the oldest first.
SELECT * FROM proposal ORDER BY proposed_at, id

-- name: waiting_proposals
-- Proposals that wait for approval, the oldest first.
SELECT * FROM proposal WHERE state = 'waiting' ORDER BY proposed_at, id

-- name: unpublished_proposals
-- Approved proposals whose notice is not recorded yet, the oldest first.
SELECT * FROM proposal WHERE state = 'approved' AND NOT EXISTS (SELECT 1 FROM notice WHERE notice.key = proposal.key)
ORDER BY proposed_at, id

-- name: proposals_of_incident
-- Every proposal for an incident, the latest first.
SELECT * FROM proposal WHERE incident = ? ORDER BY id DESC

-- name: proposal_with_key
-- The latest proposal under a key.
SELECT * FROM proposal WHERE key = ? ORDER BY id DESC LIMIT 1

-- name: proposal_of_asking
-- The proposal about which a notice asks.
SELECT * FROM proposal WHERE asking_id = ?

-- name: decide_proposal
-- Decide about a proposal that still waits.
UPDATE proposal SET state = :state, decided_by = :by, decided_at = :at, means = :means, note = :note
WHERE id = :id AND state = 'waiting' RETURNING asking_id

-- name: void_proposal
-- An approved proposal that is not exactly what was approved any more.
UPDATE proposal SET state = 'void', note = :note
WHERE id = :id AND state = 'approved' AND NOT EXISTS (SELECT 1 FROM notice WHERE notice.key = proposal.key)

-- name: asking_for_proposal
-- Record by which notice people are asked about a proposal that waits, unless they are asked already.
UPDATE proposal SET asking_id = :notice WHERE id = :id AND state = 'waiting' AND asking_id IS NULL

-- name: insert_asking_record
-- Record what the notice belongs to that asks about a proposal.
INSERT INTO incident (id, ref, title, phase, severity, services, drill, opened_at)
VALUES (:id, :ref, :title, 'investigating', 'sev4', '[]', :drill, :now)

-- name: close_asking_record
-- Nobody needs to be asked any more.
UPDATE incident SET phase = 'resolved', ended_at = :at WHERE id = (SELECT incident_id FROM notice WHERE id = :notice) AND ended_at IS NULL

-- name: cancel_asking
-- Cancel what was still to be sent to people who are asked.
UPDATE delivery SET state = 'cancelled', reason = :reason, owner = NULL, updated_at = :at
WHERE notice_id = :notice AND state IN ('planned', 'held')

-- name: open_askings
-- Notices that ask about a proposal that waits, and owe messages.
SELECT proposal.asking_id FROM proposal
WHERE proposal.state = 'waiting' AND proposal.asking_id IS NOT NULL AND coalesce(proposal.valid_until, proposal.proposed_at + 86400) > :now
  AND EXISTS (SELECT 1 FROM delivery WHERE delivery.notice_id = proposal.asking_id AND delivery.state IN ('planned', 'held', 'sending', 'unknown'))
ORDER BY proposal.id
