-- name: call_backs
-- Read the call-backs that are not done, those in danger and important people first, then in the order in which they asked.
SELECT call_back.id, call_back.number, call_back.locale, call_back.topic, call_back.requested_at, call_back.state,
       call_back.owner, call_back.tries, call_back.next_at, call.ref
FROM call_back JOIN call ON call.id = call_back.call_id
WHERE call_back.state IN ('waiting', 'claimed')
ORDER BY CASE WHEN call_back.topic IN ('emergency', 'vip') THEN 0 ELSE 1 END, call_back.requested_at, call_back.id

-- name: take_call_back
-- Give a call-back to an agent, unless somebody has it.
UPDATE call_back SET state = 'claimed', owner = :owner, tries = tries + 1 WHERE id = :id AND state = 'waiting'

-- name: return_call_back
-- Put a call-back that did not reach the person back into its place, or give it up after the last try.
UPDATE call_back SET state = CASE WHEN tries >= :most THEN 'given-up' ELSE 'waiting' END, owner = NULL, next_at = :next
WHERE id = :id AND state = 'claimed'

-- name: end_call_back
-- Note that a call-back is done; its number is erased.
UPDATE call_back SET state = 'done', done_at = :at, note = :note, number = NULL WHERE id = :id AND state IN ('waiting', 'claimed')

-- name: tickets
-- Read the tickets that are not done, the most urgent first.
SELECT ticket.id, ticket.recording, ticket.seconds, ticket.locale, ticket.topic, ticket.opened_at, ticket.due_at, ticket.state,
       ticket.owner, ticket.desk_ref, call.ref, call.caller
FROM ticket JOIN call ON call.id = ticket.call_id WHERE ticket.state != 'done' ORDER BY ticket.due_at, ticket.id

-- name: take_ticket
-- Give a ticket to a person, unless somebody has it.
UPDATE ticket SET state = 'taken', owner = :owner WHERE id = :id AND state = 'open'

-- name: end_ticket
-- Note that a ticket is done.
UPDATE ticket SET state = 'done', done_at = :at, note = :note WHERE id = :id AND state != 'done'

-- name: set_hotline_switch
-- Record what somebody switched.
INSERT INTO hotline_switch (name, value, note, author, set_at) VALUES (:name, :value, :note, :author, :at)

-- name: hotline_switches
-- Read the latest value of each switch.
SELECT name, value, note, author, set_at FROM hotline_switch
WHERE id IN (SELECT max(id) FROM hotline_switch GROUP BY name) ORDER BY name

-- name: hotline_counts
-- Count calls since `since`, and what waits.
SELECT (SELECT count(*) FROM call WHERE began_at >= :since AND call_back_id IS NULL AND source != 'feedback') AS calls,
       (SELECT count(*) FROM call WHERE began_at >= :since AND ended_at IS NULL AND outcome IS NULL AND call_back_id IS NULL AND source != 'feedback') AS running,
       (SELECT count(*) FROM call_back WHERE state IN ('waiting', 'claimed')) AS call_backs,
       (SELECT count(*) FROM ticket WHERE state != 'done') AS tickets

-- name: call_outcomes
-- Count what became of callers since `since`.
SELECT coalesce(outcome, 'running') AS outcome, count(*) AS count FROM call
WHERE began_at >= :since AND call_back_id IS NULL AND source != 'feedback' GROUP BY coalesce(outcome, 'running') ORDER BY outcome

-- name: calls_running
-- Read the calls since `since` that go on, the longest first, and who talks in them.
SELECT call.ref, call.caller, call.locale, call.began_at, call.asked_at, call.topic, call_acceptance.agent
FROM call LEFT JOIN call_acceptance ON call_acceptance.call_id = call.id
WHERE call.began_at >= :since AND call.ended_at IS NULL AND call.outcome IS NULL AND call.call_back_id IS NULL
ORDER BY call.began_at, call.id LIMIT :limit

-- name: call_turns
-- Read what callers pressed and said since the effect `after`, oldest first.
SELECT call_effect.id, call_effect.step, call_effect.kind, call_effect.details, call_effect.recorded_at, call.ref, call.locale,
       call.caller
FROM call_effect JOIN call ON call.id = call_effect.call_id
WHERE call_effect.id > :after ORDER BY call_effect.id LIMIT :limit

-- name: model_turns
-- Read questions to the model, chosen at random, for people to review.
SELECT call_effect.id, call_effect.step, call_effect.kind, call_effect.details, call_effect.recorded_at, call.ref, call.locale,
       call.caller
FROM call_effect JOIN call ON call.id = call_effect.call_id
WHERE call_effect.kind = 'answer' AND call_effect.details <> '{}' ORDER BY random() LIMIT :limit

-- name: latest_call_effect
-- The number of the latest effect.
SELECT coalesce(max(id), 0) AS id FROM call_effect
