-- name: tickets_for_desk
-- Read the open tickets that the desk does not have, as far as is known, and that it was not asked about lately.
SELECT ticket.id, ticket.seconds, ticket.locale, ticket.topic, ticket.opened_at, ticket.recording, ticket.desk_state, ticket.desk_at,
       call.source, call.ref, call.caller, hand_over_note.note
FROM ticket JOIN call ON call.id = ticket.call_id LEFT JOIN hand_over_note ON hand_over_note.call_id = ticket.call_id
WHERE ticket.state != 'done' AND (ticket.desk_state IS NULL OR ticket.desk_state IN ('sending', 'unknown'))
AND (ticket.desk_at IS NULL OR ticket.desk_at <= :before) ORDER BY ticket.due_at, ticket.id LIMIT :limit

-- name: claim_desk_ticket
-- Record that the desk is about to be asked for a ticket, unless another process asks it.
UPDATE ticket SET desk_state = CASE WHEN desk_state IS NULL THEN 'sending' ELSE 'unknown' END, desk_at = :at
WHERE id = :id AND (desk_at IS NULL OR desk_at <= :before)
AND (desk_state IS NULL OR desk_state IN ('sending', 'unknown'))

-- name: settle_desk_ticket
-- Record what the desk said; NULL if it certainly has no ticket.
UPDATE ticket SET desk_state = :state, desk_ref = :ref, desk_at = :at WHERE id = :id AND desk_state IN ('sending', 'unknown')
