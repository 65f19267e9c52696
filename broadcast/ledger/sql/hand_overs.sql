-- name: plan_agent_page
-- Record the message with the link to the page of a call, for the agent who accepted it.
INSERT INTO call_effect (call_id, leg, step, kind, details, agent, state, recorded_at)
SELECT id, '', 0, 'agent-page', :details, :agent, 'planned', :at FROM call WHERE source = :source AND ref = :ref
ON CONFLICT (call_id, leg, step, kind) DO NOTHING

-- name: accepted_call
-- Read a call that an agent accepted; a call for a call-back began with the caller's own call, `first_id`.
SELECT call.id, call.source, call.ref, call.locale, call.topic, call.caller, call.digest, call_acceptance.agent,
       call_acceptance.accepted_at, coalesce(call.asked_at, call_back.requested_at, call.began_at) AS asked_at,
       coalesce(call_back.call_id, call.id) AS first_id, hand_over_note.outcome, hand_over_note.note
FROM call JOIN call_acceptance ON call_acceptance.call_id = call.id LEFT JOIN call_back ON call_back.id = call.call_back_id
LEFT JOIN hand_over_note ON hand_over_note.call_id = call.id
WHERE call.id = ?

-- name: heard_turns
-- Read what a caller pressed and said, in order.
SELECT details, recorded_at FROM call_effect WHERE call_id = ? AND kind = 'heard' ORDER BY id

-- name: earlier_calls
-- Read the last calls of a number before this one, the newest first.
SELECT call.began_at, call.topic, call.outcome, hand_over_note.note
FROM call LEFT JOIN hand_over_note ON hand_over_note.call_id = call.id
WHERE call.digest = :digest AND call.id < :id AND call.id != :first AND call.call_back_id IS NULL
ORDER BY call.began_at DESC LIMIT :limit

-- name: note_hand_over
-- Record what the agent noted; the last note counts.
INSERT INTO hand_over_note (call_id, outcome, note, noted_at) VALUES (:id, :outcome, :note, :at)
ON CONFLICT (call_id) DO UPDATE SET outcome = excluded.outcome, note = excluded.note, noted_at = excluded.noted_at
