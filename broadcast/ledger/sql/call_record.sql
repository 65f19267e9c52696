-- name: calls_of_person
-- Read the calls of a number, and what the caller was owed.
SELECT call.id, call.began_at, call.ended_at, call.caller, call.called, call.locale, call.outcome, call.topic, call.rating,
       call_back.state AS call_back, call_back.note AS call_back_note,
       ticket.opened_at, ticket.recording, ticket.note AS ticket_note,
       hand_over_note.note AS agent_note, feedback.text AS feedback, feedback.rating AS feedback_rating
FROM call LEFT JOIN call_back ON call_back.call_id = call.id LEFT JOIN ticket ON ticket.call_id = call.id
LEFT JOIN hand_over_note ON hand_over_note.call_id = call.id LEFT JOIN feedback ON feedback.call_id = call.id
WHERE call.digest = ? ORDER BY call.began_at, call.id

-- name: effects_of_call
-- Read what a caller did, step by step.
SELECT recorded_at, kind, details FROM call_effect WHERE call_id = ? AND leg = '' ORDER BY id
