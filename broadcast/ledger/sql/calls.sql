-- name: begin_call
-- Record a call at its first step; later steps change nothing but its language.
INSERT INTO call (source, ref, called, caller, digest, locale, began_at)
VALUES (:source, :ref, :called, :caller, :digest, :locale, :at)
ON CONFLICT (source, ref) DO UPDATE SET locale = excluded.locale

-- name: insert_call_effect
-- Record an effect; the same effect of the same step again changes nothing.
INSERT INTO call_effect (call_id, leg, step, kind, details, agent, digest, state, recorded_at)
SELECT id, :leg, :step, :kind, :details, :agent, :digest, :state, :at FROM call WHERE source = :source AND ref = :ref
ON CONFLICT (call_id, leg, step, kind) DO NOTHING

-- name: call_asked
-- Note when and why the caller first needed a person.
UPDATE call SET asked_at = coalesce(asked_at, :at), topic = coalesce(topic, :topic) WHERE source = :source AND ref = :ref

-- name: call_outcome
-- Note what became of a caller. That the caller hung up replaces no other outcome; who hung up on a person spoke to one.
UPDATE call SET outcome = CASE
  WHEN :outcome != 'hung-up' THEN :outcome
  WHEN outcome IS NOT NULL THEN outcome
  WHEN EXISTS (SELECT 1 FROM call_acceptance WHERE call_acceptance.call_id = call.id) THEN 'human'
  ELSE :outcome END
WHERE source = :source AND ref = :ref

-- name: call_ended
-- Note when a call ended, once.
UPDATE call SET ended_at = coalesce(ended_at, :at) WHERE source = :source AND ref = :ref

-- name: call_rated
-- Note the caller's rating; the last one counts.
UPDATE call SET rating = :rating WHERE source = :source AND ref = :ref

-- name: accept_call
-- Give the call to the first agent who accepts it.
INSERT INTO call_acceptance (call_id, agent, accepted_at)
SELECT id, :agent, :at FROM call WHERE source = :source AND ref = :ref
ON CONFLICT (call_id) DO NOTHING

-- name: acceptance_of_call
-- Which agent has a call.
SELECT call_acceptance.agent FROM call_acceptance JOIN call ON call.id = call_acceptance.call_id
WHERE call.source = :source AND call.ref = :ref

-- name: call_in_progress
-- Read what the steps of a call need to know of it.
SELECT call.id, call.caller, call.called, call.locale, call.ended_at, coalesce(call.asked_at, call_back.requested_at) AS asked_at,
       call_acceptance.agent,
       EXISTS (SELECT 1 FROM call_effect WHERE call_effect.call_id = call.id AND call_effect.kind = 'reached') AS reached
FROM call LEFT JOIN call_acceptance ON call_acceptance.call_id = call.id LEFT JOIN call_back ON call_back.id = call.call_back_id
WHERE call.source = :source AND call.ref = :ref

-- name: agents_rung
-- Read which agents were rung for a call, in order.
SELECT agent FROM call_effect WHERE call_id = ? AND kind = 'ring' ORDER BY step

-- name: calls_of_number
-- How often a number called since `since`, and the language of its last call.
SELECT count(*) AS count,
       (SELECT locale FROM call WHERE digest = :digest ORDER BY began_at DESC LIMIT 1) AS locale
FROM call WHERE digest = :digest AND began_at >= :since AND call_back_id IS NULL AND source != 'feedback'

-- name: links_of_number
-- How many SMS with a link a number was promised since `since`.
SELECT count(*) AS count FROM call_effect
WHERE kind = 'link' AND recorded_at >= :since AND state != 'refused' AND digest = :digest

-- name: link_of_call
-- Whether a number was promised an SMS with a link in this call already.
SELECT count(*) AS count FROM call_effect JOIN call ON call.id = call_effect.call_id
WHERE call_effect.kind = 'link' AND call_effect.state NOT IN ('refused', 'failed') AND call_effect.digest = :digest
AND call.source = :source AND call.ref = :ref

-- name: links_since
-- How many SMS with a link all numbers were promised since `since`.
SELECT count(*) AS count FROM call_effect WHERE kind = 'link' AND recorded_at >= :since AND state != 'refused'

-- name: messages_to_send
-- Read the messages of calls that are still to be sent, oldest first.
SELECT call_effect.id, call_effect.call_id, call_effect.step, call_effect.kind, call_effect.details, call_effect.recorded_at,
       call.source, call.ref, call.locale
FROM call_effect JOIN call ON call.id = call_effect.call_id
WHERE call_effect.state IN ('planned', 'sending') AND call_effect.state = 'planned' AND call_effect.details != '{}' ORDER BY call_effect.id LIMIT :limit

-- name: claim_call_message
-- Record that a message is about to be sent, and what it says.
UPDATE call_effect SET state = 'sending', message = :message, claimed_at = :at, look_up_at = NULL, lookups = 0
WHERE id = :id AND state = 'planned'

-- name: settle_call_message
-- Record what became of a message that was about to be sent. Its text is kept only if it is to be looked up.
UPDATE call_effect SET state = :state, done_at = :done, look_up_at = :look_up_at,
       message = CASE WHEN :keep = 1 THEN message END
WHERE id = :id AND state = 'sending'

-- name: abandon_call_messages
-- Messages whose process died while it sent them: it is not known whether they were sent, so they are looked up.
UPDATE call_effect SET state = 'unknown', done_at = :at, look_up_at = claimed_at
WHERE id IN (SELECT id FROM call_effect WHERE state IN ('planned', 'sending')) AND state = 'sending'
AND coalesce(claimed_at, recorded_at) < :before

-- name: lost_call_messages
-- Read the messages that are to be looked up now, the longest due first.
SELECT id, message, claimed_at, look_up_at, lookups, resent FROM call_effect
WHERE state = 'unknown' AND look_up_at <= :now AND message IS NOT NULL ORDER BY look_up_at LIMIT :limit

-- name: claim_call_look_up
-- Record that a message is about to be looked up, unless another process looks it up.
UPDATE call_effect SET look_up_at = :until, lookups = lookups + 1 WHERE id = :id AND state = 'unknown' AND look_up_at = :due

-- name: settle_call_look_up
-- Record what the provider says of a message. If it is sent again, that is the second attempt.
UPDATE call_effect SET state = :state, done_at = :done, look_up_at = :look_up_at,
       message = CASE WHEN :keep = 1 THEN message END,
       resent = CASE WHEN :again = 1 THEN 1 ELSE resent END
WHERE id = :id AND state = 'unknown'

-- name: unknown_call_messages
-- Count the messages since `since` of which it is not known whether they were sent.
SELECT count(*) AS count FROM call_effect WHERE state = 'unknown' AND kind IN ('link', 'tried', 'agent-page') AND recorded_at >= :since

-- name: request_call_back
-- Record a call-back, at most one for a number.
-- One that the same call asked for before, and that nobody has taken, gets the new number; one that the number waits for
-- already keeps its place. One that ended in this call, because a person was reached, begins again.
INSERT INTO call_back (call_id, number, digest, locale, topic, requested_at, state, next_at)
SELECT id, :number, :digest, :locale, :topic, :at, 'waiting', :at FROM call WHERE source = :source AND ref = :ref
AND NOT EXISTS (SELECT 1 FROM call_back WHERE digest = :digest AND state IN ('waiting', 'claimed'))
ON CONFLICT (call_id) DO UPDATE SET number = excluded.number, digest = excluded.digest, state = 'waiting',
       requested_at = CASE WHEN call_back.state = 'done' THEN excluded.requested_at ELSE call_back.requested_at END,
       next_at = CASE WHEN call_back.state = 'done' THEN excluded.next_at ELSE call_back.next_at END,
       tries = CASE WHEN call_back.state = 'done' THEN 0 ELSE call_back.tries END, owner = NULL, done_at = NULL, note = NULL
WHERE call_back.state = 'waiting' OR (call_back.state = 'done' AND call_back.note = 'reached in the same call')

-- name: end_call_back_in_call
-- End the call-back that a caller agreed to before a person accepted the same call.
-- Also one that the number waited for already; but not if that person noted that they call back.
UPDATE call_back SET state = 'done', done_at = :at, note = 'reached in the same call', number = NULL
WHERE state IN ('waiting', 'claimed') AND EXISTS (
  SELECT 1 FROM call JOIN call_acceptance ON call_acceptance.call_id = call.id
  WHERE call.source = :source AND call.ref = :ref AND call.call_back_id IS NULL
  AND call_acceptance.accepted_at >= call_back.requested_at
  AND NOT EXISTS (SELECT 1 FROM hand_over_note WHERE hand_over_note.call_id = call.id AND hand_over_note.outcome = 'call-back')
  AND (call_back.call_id = call.id
       OR call_back.digest IN (SELECT digest FROM call_effect
                               WHERE call_effect.call_id = call.id AND call_effect.kind = 'call-back'
                               AND call_effect.digest IS NOT NULL AND call_effect.recorded_at <= call_acceptance.accepted_at)))

-- name: open_ticket
-- Record the message of a caller, once for each call.
INSERT INTO ticket (call_id, recording, seconds, locale, topic, opened_at, due_at, state)
SELECT id, :recording, :seconds, :locale, :topic, :at, :due, 'open' FROM call WHERE source = :source AND ref = :ref
ON CONFLICT (call_id) DO NOTHING

-- name: conversation_ended
-- Note that the agent of a call is free again, once.
UPDATE call_acceptance SET ended_at = coalesce(ended_at, :at)
WHERE call_id = (SELECT id FROM call WHERE source = :source AND ref = :ref)

-- name: served_waits
-- Read how long the last callers waited who then spoke to a person, the newest first.
SELECT call_acceptance.accepted_at - call.asked_at AS wait FROM call_acceptance JOIN call ON call.id = call_acceptance.call_id
WHERE call.asked_at IS NOT NULL ORDER BY call_acceptance.accepted_at DESC LIMIT :limit

-- name: callers_waiting
-- How many callers who asked for a person since `since` have none, and are still there.
SELECT count(*) AS count FROM call
WHERE asked_at >= :since AND ended_at IS NULL AND outcome IS NULL
AND NOT EXISTS (SELECT 1 FROM call_acceptance WHERE call_acceptance.call_id = call.id)

-- name: agents_talking
-- Which agents accepted a call since `since` that goes on, or are dialled for a call-back.
SELECT agent FROM call_acceptance WHERE accepted_at >= :since AND ended_at IS NULL
UNION
SELECT call_effect.agent FROM call_effect JOIN call ON call.id = call_effect.call_id
WHERE call.call_back_id IS NOT NULL AND call.ended_at IS NULL AND call_effect.kind = 'ring' AND call_effect.recorded_at >= :since
AND call_effect.state IN ('sending', 'sent', 'unknown')

-- name: agents_who_missed
-- Which agents were rung since `since` to no avail, and accepted no call since then. A ring counts once something followed it:
-- another agent, another step of the caller, or the end of the try to call back. That the caller hung up says nothing of the agent.
SELECT DISTINCT ring.agent FROM call_effect AS ring JOIN call ON call.id = ring.call_id
WHERE ring.kind = 'ring' AND ring.recorded_at >= :since
AND NOT EXISTS (SELECT 1 FROM call_acceptance WHERE call_acceptance.agent = ring.agent AND call_acceptance.accepted_at >= ring.recorded_at)
AND ((call.call_back_id IS NOT NULL AND ring.state = 'recorded')
     OR EXISTS (SELECT 1 FROM call_effect AS later
                WHERE later.call_id = ring.call_id AND later.leg = ring.leg AND later.step > ring.step AND later.kind != 'end'))

-- name: handling_times
-- Read how long the last talks took, the newest first.
SELECT ended_at - accepted_at AS seconds FROM call_acceptance WHERE ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT :limit

-- name: lost_patience
-- How many callers hung up since `since` while they waited for a person, and how long all who waited did so.
SELECT coalesce(sum(CASE WHEN call_acceptance.call_id IS NULL THEN 1 ELSE 0 END), 0) AS gave_up,
       coalesce(sum(coalesce(call_acceptance.accepted_at, call.ended_at) - call.asked_at), 0) AS waited,
       (SELECT count(*) FROM call AS late WHERE late.asked_at >= :lately) AS lately
FROM call LEFT JOIN call_acceptance ON call_acceptance.call_id = call.id
WHERE call.asked_at >= :since AND (call_acceptance.call_id IS NOT NULL OR (call.ended_at IS NOT NULL AND call.outcome = 'hung-up'))
