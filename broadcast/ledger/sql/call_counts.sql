-- name: calls_while
-- Count the calls that began within a time, the callers who needed a person, and those who spoke to one.
SELECT count(*) AS calls, count(call.asked_at) AS asked, count(call_acceptance.call_id) AS hand_overs
FROM call LEFT JOIN call_acceptance ON call_acceptance.call_id = call.id
WHERE call.began_at BETWEEN :since AND :until AND call.call_back_id IS NULL AND call.source != 'feedback'

-- name: reasons_while
-- Count why callers needed a person.
SELECT topic, count(*) AS count FROM call
WHERE began_at BETWEEN :since AND :until AND call_back_id IS NULL AND source != 'feedback' AND topic IS NOT NULL GROUP BY topic ORDER BY topic

-- name: call_backs_while
-- Count the call-backs that were asked for within a time, by their state.
SELECT state, count(*) AS count FROM call_back WHERE requested_at BETWEEN :since AND :until GROUP BY state ORDER BY state

-- name: voicemails_while
-- Count the messages that were left within a time, those that were answered, and those that were not in time.
SELECT count(*) AS voicemails, coalesce(sum(CASE WHEN state = 'done' THEN 1 ELSE 0 END), 0) AS answered,
       coalesce(sum(CASE WHEN coalesce(done_at, :now) > due_at THEN 1 ELSE 0 END), 0) AS late
FROM ticket WHERE opened_at BETWEEN :since AND :until
