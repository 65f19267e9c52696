-- name: due_call_backs
-- Read the call-backs that may be dialled now, those in danger and important people first, then in the order in which they asked.
SELECT id, number, locale, topic FROM call_back WHERE state = 'waiting' AND next_at <= :at AND number IS NOT NULL
ORDER BY CASE WHEN topic IN ('emergency', 'vip') THEN 0 ELSE 1 END, requested_at, id

-- name: claim_call_back
-- Give a call-back that may be dialled now to an agent, unless somebody has it.
UPDATE call_back SET state = 'claimed', owner = :owner WHERE id = :id AND state = 'waiting' AND next_at <= :at

-- name: call_back_tries
-- How often agents were dialled for a call-back.
SELECT count(*) AS count FROM call WHERE call_back_id = ?

-- name: begin_call_back_try
-- Record the call that is about to be made for a call-back.
INSERT INTO call (source, ref, called, caller, digest, locale, began_at, topic, call_back_id)
SELECT :source, :ref, '', number, digest, locale, :at, topic, id FROM call_back WHERE id = :id

-- name: ring_for_call_back
-- Record which agent is about to be dialled for a call-back.
INSERT INTO call_effect (call_id, leg, step, kind, details, agent, state, recorded_at)
SELECT id, '', 0, 'ring', :details, :agent, 'sending', :at FROM call WHERE source = :source AND ref = :ref

-- name: open_call_back_tries
-- Read the calls for call-backs of which something is still to be done.
SELECT call_effect.id, call_effect.agent, call_effect.state, call_effect.details, call_effect.recorded_at, call_effect.done_at,
       call.ref, call.call_back_id, call.ended_at, call_acceptance.accepted_at,
       (SELECT max(recorded_at) FROM call_effect AS other WHERE other.call_id = call.id AND other.kind = 'reached') AS reached_at
FROM call_effect JOIN call ON call.id = call_effect.call_id LEFT JOIN call_acceptance ON call_acceptance.call_id = call.id
WHERE call.call_back_id IS NOT NULL AND call.source = :source AND call_effect.kind = 'ring'
AND call_effect.state IN ('sending', 'sent', 'unknown') ORDER BY call_effect.id

-- name: settle_call_back_dial
-- Record what the provider says of the agent's leg.
UPDATE call_effect SET state = :state, details = :details, done_at = :at WHERE id = :id AND state IN ('sending', 'sent', 'unknown')

-- name: end_call_back_try
-- Note when a call for a call-back ended, and that its agent is free again; once.
UPDATE call SET ended_at = coalesce(ended_at, :at) WHERE source = :source AND ref = :ref

-- name: release_call_back
-- Put a call-back that no agent took back into its place.
UPDATE call_back SET state = 'waiting', owner = NULL, next_at = :next WHERE id = :id AND state = 'claimed' AND owner = :owner

-- name: call_back_unreached
-- Put a call-back that did not reach the customer back into its place, or give it up after the last try.
UPDATE call_back SET state = CASE WHEN tries + 1 >= :most THEN 'given-up' ELSE 'waiting' END, tries = tries + 1, owner = NULL,
       next_at = :next
WHERE id = :id AND state = 'claimed' AND owner = :owner

-- name: call_back_given_up
-- Read whom a call-back that was given up did not reach.
SELECT call_id, number, digest FROM call_back WHERE id = :id AND state = 'given-up' AND number IS NOT NULL

-- name: plan_tried_message
-- Record the message that we tried to call; one for each call-back.
INSERT INTO call_effect (call_id, leg, step, kind, details, digest, state, recorded_at)
VALUES (:call, '', 0, 'tried', :details, :digest, 'planned', :at) ON CONFLICT (call_id, leg, step, kind) DO NOTHING

-- name: agents_not_to_dial
-- Which agents callers ring since `ringing`, or who did not accept a call-back since `rested`.
SELECT DISTINCT call_effect.agent FROM call_effect JOIN call ON call.id = call_effect.call_id
LEFT JOIN call_acceptance ON call_acceptance.call_id = call.id
WHERE call_effect.kind = 'ring' AND call_effect.state != 'failed' AND call_acceptance.call_id IS NULL
AND ((call.call_back_id IS NULL AND call.ended_at IS NULL AND call_effect.recorded_at >= :ringing)
     OR (call.call_back_id IS NOT NULL AND call_effect.recorded_at >= :rested))
