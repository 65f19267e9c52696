-- name: recordings
-- Read the recordings that the provider keeps for us, the oldest first.
SELECT ticket.id, ticket.recording, ticket.seconds, ticket.locale, ticket.topic, ticket.opened_at, ticket.state, call.source,
       call.caller
FROM ticket JOIN call ON call.id = ticket.call_id WHERE ticket.recording IS NOT NULL ORDER BY ticket.opened_at, ticket.id

-- name: owe_deletion
-- Record that the provider is to delete the recording of a ticket.
INSERT INTO recording_deletion (source, recording, recorded_at, state)
SELECT call.source, ticket.recording, ticket.opened_at, 'planned' FROM ticket JOIN call ON call.id = ticket.call_id
WHERE ticket.id = ? AND ticket.recording IS NOT NULL

-- name: drop_recording
-- Remove the reference of a ticket to its recording.
UPDATE ticket SET recording = NULL WHERE id = ?

-- name: drop_recording_step
-- Remove the address of a recording from the step that told of it.
UPDATE call_effect SET details = '{}' WHERE kind = 'ticket' AND call_id = (SELECT call_id FROM ticket WHERE id = ?)

-- name: drop_recording_steps_before
-- Remove the addresses of recordings from steps before a time.
UPDATE call_effect SET details = '{}' WHERE kind = 'ticket' AND recorded_at < ?

-- name: owe_deletions_of_number
-- Record that the provider is to delete what the caller of a number recorded.
INSERT INTO recording_deletion (source, recording, recorded_at, state)
SELECT call.source, ticket.recording, ticket.opened_at, 'planned' FROM ticket JOIN call ON call.id = ticket.call_id
WHERE call.digest = ? AND ticket.recording IS NOT NULL

-- name: recordings_before
-- Whether something was recorded before a time that the provider keeps for us.
SELECT count(*) AS count FROM ticket WHERE opened_at < ? AND recording IS NOT NULL

-- name: owe_deletions_before
-- Record that the provider is to delete what callers recorded before a time.
INSERT INTO recording_deletion (source, recording, recorded_at, state)
SELECT call.source, ticket.recording, ticket.opened_at, 'planned' FROM ticket JOIN call ON call.id = ticket.call_id
WHERE ticket.opened_at < ? AND ticket.recording IS NOT NULL

-- name: drop_recordings_before
-- Remove the references to recordings from before a time.
UPDATE ticket SET recording = NULL WHERE opened_at < ? AND recording IS NOT NULL

-- name: owed_deletions
-- Read the recordings that the provider is to delete and whose next try is due.
SELECT id, source, recording, recorded_at, reason, tries FROM recording_deletion
WHERE state IN ('planned', 'deleting') AND next_at <= :now ORDER BY next_at, id LIMIT :limit

-- name: open_deletions
-- Count the recordings that the provider is still to delete, with the reason of the last try.
SELECT count(*) AS count, max(reason) AS reason FROM recording_deletion WHERE state IN ('planned', 'deleting')

-- name: claim_deletion
-- Record that the provider is about to be asked to delete a recording.
UPDATE recording_deletion SET state = 'deleting', tries = tries + 1, next_at = :next
WHERE id = :id AND state IN ('planned', 'deleting') AND next_at <= :now

-- name: settle_deletion
-- Record what became of it; the address is kept until the recording is gone, or the provider has never had it.
UPDATE recording_deletion SET state = :state, reason = :reason, next_at = :next, done_at = :done,
       recording = CASE WHEN :state = 'planned' THEN recording ELSE NULL END
WHERE id = :id AND state = 'deleting'
