-- name: next_incident_number
SELECT max(coalesce((SELECT max(id) FROM incident), 0),
           coalesce((SELECT max(number) FROM reserved_number), 0)) + 1

-- name: reserve_number
INSERT INTO reserved_number (number) VALUES (?)

-- name: use_reserved_number
DELETE FROM reserved_number WHERE number = ?

-- name: insert_incident
INSERT INTO incident (id, ref, title, phase, severity, services, drill, started_at, detected_at, window_starts_at, opened_at, ended_at,
    next_update_at, identity)
VALUES (:id, :ref, :title, :phase, :severity, :services, :drill, :started, :detected, :window_starts, :opened, :ended, :promised, :identity)

-- name: update_incident
UPDATE incident SET title = :title, phase = :phase, severity = :severity, services = :services, started_at = :started,
    detected_at = :detected, window_starts_at = :window_starts, ended_at = :ended, next_update_at = :promised
WHERE id = :id

-- name: incidents
SELECT * FROM incident ORDER BY id

-- name: next_sequence
SELECT coalesce(max(sequence), 0) + 1 FROM notice WHERE incident_id = ?

-- name: insert_notice
INSERT INTO notice (incident_id, sequence, kind, phase, facts, content_hash, key, inputs_hash, author, created_at, next_update_at, identity, kinds)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: latest_notice
SELECT id, sequence FROM notice WHERE incident_id = ? ORDER BY sequence DESC LIMIT 1

-- name: notices_of_incident
SELECT notice.*, incident.ref AS incident, incident.identity AS incident_identity
FROM notice JOIN incident ON incident.id = notice.incident_id
WHERE incident_id = ? ORDER BY sequence

-- name: notice_by_key
SELECT notice.*, incident.ref AS incident, incident.identity AS incident_identity
FROM notice JOIN incident ON incident.id = notice.incident_id
WHERE key = ?

-- name: notice_by_id
SELECT notice.*, incident.ref AS incident, incident.identity AS incident_identity
FROM notice JOIN incident ON incident.id = notice.incident_id
WHERE notice.id = ?

-- name: finish_notice
UPDATE notice SET finished_at = ?, result = ? WHERE id = ?

-- name: insert_message
INSERT INTO message (notice_id, audience, locale, kind, subject, text, html, slots) VALUES (?, ?, ?, ?, ?, ?, ?, ?)

-- name: messages
SELECT * FROM message WHERE notice_id = ? ORDER BY id

-- name: insert_recipient
INSERT INTO recipient (digest, contact, name, phone, email, extra) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (digest) DO NOTHING

-- name: insert_delivery
INSERT INTO delivery (notice_id, audience, texts, locale, lane, contact, recipient_id, route, step, channel, required, state, reason, updated_at)
VALUES (?, ?, ?, ?, ?, ?, (SELECT id FROM recipient WHERE digest = ?), ?, 0, ?, ?, ?, ?, ?)

-- name: insert_shared
INSERT INTO shared (delivery_id, channel, notice_id, number)
SELECT id, ?1, notice_id, ?2 FROM delivery WHERE (notice_id, lane, audience, contact) = (?3, ?4, ?5, ?6)

-- name: insert_event
INSERT INTO event (incident_id, notice_id, at, kind, channel, detail)
SELECT (SELECT incident_id FROM notice WHERE id = :notice), :notice, :at, :kind, :channel, :detail

-- name: overtaken
-- The incident of a notice that is not its latest any more, and the number of the latest.
SELECT own.incident_id, max(newer.sequence) AS newest
FROM notice AS own JOIN notice AS newer ON newer.incident_id = own.incident_id
WHERE own.id = ? AND newer.sequence > own.sequence GROUP BY own.incident_id

-- name: supersede
-- A person who is told the newer truth must not get the older one afterwards, nor a channel that publishes it, and
-- nobody that of an incident that is over, nor an end that was taken back. Ids are unique within one audience only.
-- `only` lists the deliveries to look at; without it, all of the incident are.
UPDATE delivery SET state = 'cancelled', updated_at = :now,
       reason = 'superseded by notice ' || (SELECT max(sequence) FROM notice WHERE incident_id = :incident)
WHERE state IN ('planned', 'held')
  AND id IN (SELECT id FROM delivery WHERE :only IS NULL AND state IN ('planned', 'held')
                                       AND notice_id IN (SELECT id FROM notice WHERE incident_id = :incident)
             UNION ALL SELECT value FROM json_each(:only))
  AND EXISTS (SELECT 1 FROM notice AS newer JOIN notice AS own ON own.incident_id = newer.incident_id
              WHERE own.id = delivery.notice_id AND newer.sequence > own.sequence
                AND (newer.phase IN (SELECT value FROM json_each(:closed))
                     OR own.phase IN (SELECT value FROM json_each(:closed))
                     OR EXISTS (SELECT 1 FROM delivery AS theirs
                                WHERE theirs.notice_id = newer.id AND theirs.contact = delivery.contact
                                  AND theirs.audience = delivery.audience)
                     OR (delivery.recipient_id IS NULL AND EXISTS (
                         SELECT 1 FROM delivery AS post, json_each(post.route) AS leg
                         WHERE post.contact >= 'channel:' AND post.contact < 'channel;' AND post.notice_id = newer.id
                           AND leg.value IN (SELECT value FROM json_each(delivery.route))))))

-- name: supersede_same_person
-- Likewise for people who have another id or audience in the newer notice: an address under no other name.
WITH waiting AS MATERIALIZED (
    SELECT delivery.id, notice.sequence, folded(recipient.name) AS name, recipient.phone, folded(recipient.email) AS email
    FROM delivery JOIN notice ON notice.id = delivery.notice_id JOIN recipient ON recipient.id = delivery.recipient_id
    WHERE delivery.state IN ('planned', 'held')
      AND delivery.id IN (SELECT delivery.id FROM notice JOIN delivery ON delivery.notice_id = notice.id
                          WHERE :only IS NULL AND notice.incident_id = :incident AND state IN ('planned', 'held')
                            AND notice.sequence < (SELECT max(sequence) FROM notice WHERE incident_id = :incident)
                          UNION ALL SELECT value FROM json_each(:only))
),
told AS MATERIALIZED (
    SELECT DISTINCT notice.sequence, folded(recipient.name) AS name, recipient.phone, folded(recipient.email) AS email
    FROM notice JOIN delivery ON delivery.notice_id = notice.id JOIN recipient ON recipient.id = delivery.recipient_id
    WHERE notice.incident_id = :incident AND notice.sequence > (SELECT min(sequence) FROM waiting)
),
known AS (
    SELECT waiting.id, waiting.sequence AS own, told.sequence AS newer, waiting.name, told.name AS other
    FROM waiting JOIN told ON told.email = waiting.email
    UNION ALL
    SELECT waiting.id, waiting.sequence, told.sequence, waiting.name, told.name
    FROM waiting JOIN told ON told.phone = waiting.phone
)
UPDATE delivery SET state = 'cancelled', updated_at = :now,
       reason = 'superseded by notice ' || (SELECT max(sequence) FROM notice WHERE incident_id = :incident)
WHERE id IN (SELECT id FROM known WHERE newer > own AND (name = other OR '' IN (name, other)))

-- name: latest_attempt
SELECT coalesce(max(id), 0) FROM attempt

-- name: due_texts
-- In the order in which `intend` takes them.
SELECT texts, locale FROM delivery
WHERE state = 'planned' AND channel = :channel AND notice_id = :notice AND not_before <= :now
ORDER BY texts, locale, id LIMIT :limit

-- name: intend
INSERT INTO attempt (delivery_id, channel, owner, started_at)
SELECT id, :channel, :owner, :now FROM delivery
WHERE state = 'planned' AND channel = :channel AND notice_id = :notice AND not_before <= :now
ORDER BY texts, locale, id LIMIT :limit

-- name: next_due
-- Whatever is due now will do, and is found at once; only where all of them wait are they compared.
SELECT coalesce(
    (SELECT not_before FROM delivery
     WHERE state = 'planned' AND channel = :channel AND notice_id = :notice AND not_before <= :now LIMIT 1),
    (SELECT min(not_before) FROM delivery WHERE state = 'planned' AND channel = :channel AND notice_id = :notice))

-- name: next_lookup
-- The one after those that were just claimed; what was given up for this run waits for ever.
SELECT not_before FROM delivery
WHERE state = 'unknown' AND channel = :channel AND notice_id = :notice AND not_before < 9e999
ORDER BY not_before, id LIMIT 1 OFFSET :claimed

-- name: mark_sending
UPDATE delivery SET state = 'sending', owner = :owner, attempts = attempts + 1, lookups = 0, updated_at = :now
WHERE id IN (SELECT delivery_id FROM attempt WHERE attempt.id > :latest)

-- name: claimed_shared
-- Just claimed, while an earlier attempt for the same address has left, or may have; the most certain answer first.
SELECT mine.id AS attempt, delivery.id AS delivery, delivery.route, delivery.step,
       taken.outcome, taken.ref, theirs.state, theirs.owner, theirs.not_before
FROM attempt AS mine
CROSS JOIN shared AS own ON own.delivery_id = mine.delivery_id AND own.channel = :channel
CROSS JOIN shared AS other ON other.notice_id = own.notice_id AND other.channel = own.channel
      AND other.number = own.number AND other.delivery_id <> own.delivery_id
CROSS JOIN attempt AS taken ON taken.delivery_id = other.delivery_id AND taken.channel = :channel AND taken.id < mine.id
      AND (taken.outcome IS NULL OR taken.outcome IN ('unknown', 'accepted'))
JOIN delivery ON delivery.id = mine.delivery_id
JOIN delivery AS theirs ON theirs.id = other.delivery_id
WHERE mine.id > :latest
ORDER BY mine.id, coalesce(taken.outcome = 'accepted', 0) DESC, taken.outcome IS NULL DESC, taken.id

-- name: number_held
-- Numbers below zero, which planning does not use.
INSERT INTO shared (delivery_id, channel, notice_id, number)
SELECT id, :channel, :notice, -first
FROM (SELECT delivery.id, min(delivery.id) OVER same AS first, count(*) OVER same AS people
      FROM delivery JOIN recipient ON recipient.id = delivery.recipient_id
      WHERE delivery.notice_id = :notice AND delivery.channel = :channel AND delivery.state = 'held'
        AND CASE WHEN :phone THEN recipient.phone ELSE recipient.email END IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM shared WHERE shared.delivery_id = delivery.id AND shared.channel = :channel)
      WINDOW same AS (PARTITION BY lower(CASE WHEN :phone THEN recipient.phone ELSE recipient.email END)))
WHERE people > 1
ON CONFLICT (delivery_id, channel) DO NOTHING

-- name: withdraw_shared
DELETE FROM attempt WHERE id = :attempt AND outcome IS NULL

-- name: settle_shared
UPDATE delivery SET state = :state, reason = :reason, step = :step, channel = :channel, not_before = :not_before, waits_since = :now,
       attempts = CASE WHEN step = :step THEN attempts - 1 ELSE 0 END, ref = coalesce(:ref, ref), owner = NULL, updated_at = :now
WHERE id = :id AND state = 'sending'

-- name: intended
-- Claims, in the order of the columns that `broadcast/ledger/claims.py` reads.
SELECT attempt.id AS attempt, attempt.started_at, delivery.id, delivery.notice_id, delivery.texts, delivery.locale, delivery.contact, delivery.route, delivery.step,
       delivery.attempts, delivery.lookups, delivery.reason, delivery.audience, thread.root, thread.last,
       recipient.contact AS person, recipient.name, recipient.phone, recipient.email, recipient.extra
FROM attempt
JOIN delivery ON delivery.id = attempt.delivery_id
JOIN notice ON notice.id = delivery.notice_id
LEFT JOIN recipient ON recipient.id = delivery.recipient_id
-- A channel that publishes has one thread, whichever lane led there.
LEFT JOIN thread ON thread.incident_id = notice.incident_id AND thread.channel = delivery.channel
     AND thread.contact = CASE WHEN delivery.recipient_id IS NULL THEN 'channel:' || delivery.channel
                               ELSE delivery.contact END
     AND thread.audience = CASE WHEN delivery.recipient_id IS NULL THEN '' ELSE delivery.audience END
WHERE attempt.id > :latest
ORDER BY attempt.id

-- name: withdraw_deliveries
UPDATE delivery SET state = 'planned', attempts = attempts - 1, owner = NULL
WHERE state = 'sending' AND id IN (SELECT delivery_id FROM attempt WHERE attempt.id IN (SELECT value FROM json_each(:attempts)))

-- name: withdraw_attempts
DELETE FROM attempt WHERE outcome IS NULL AND id IN (SELECT value FROM json_each(:attempts))

-- name: claim_lookups
-- The same columns again.
SELECT attempt.id AS attempt, attempt.started_at, delivery.id, delivery.notice_id, delivery.texts, delivery.locale, delivery.contact, delivery.route, delivery.step,
       delivery.attempts, delivery.lookups, delivery.reason, delivery.audience, thread.root, thread.last,
       recipient.contact AS person, recipient.name, recipient.phone, recipient.email, recipient.extra
FROM delivery
JOIN notice ON notice.id = delivery.notice_id
JOIN attempt ON attempt.id = (SELECT max(id) FROM attempt WHERE attempt.delivery_id = delivery.id)
     AND attempt.channel = delivery.channel
LEFT JOIN recipient ON recipient.id = delivery.recipient_id
-- A channel that publishes has one thread, whichever lane led there.
LEFT JOIN thread ON thread.incident_id = notice.incident_id AND thread.channel = delivery.channel
     AND thread.contact = CASE WHEN delivery.recipient_id IS NULL THEN 'channel:' || delivery.channel
                               ELSE delivery.contact END
     AND thread.audience = CASE WHEN delivery.recipient_id IS NULL THEN '' ELSE delivery.audience END
WHERE delivery.state = 'unknown' AND delivery.channel = :channel AND delivery.notice_id = :notice
  AND delivery.not_before <= :now
ORDER BY delivery.not_before, delivery.id
LIMIT :limit

-- name: postpone_lookups
UPDATE delivery SET lookups = lookups + 1, not_before = :until, waits_since = :now WHERE id = :id

-- name: wait_no_longer
-- Without the index, everybody in the notice is looked at.
UPDATE delivery INDEXED BY delivery_due SET not_before = 0
WHERE state = 'planned' AND notice_id = :notice AND not_before > 0

-- name: restart_waits
-- `before` is what the clock would show now if nobody had put it forward or back: what was left of a wait goes on. Where
-- that is not known, a wait begins again. One that another process has written since then stays as it is.
UPDATE delivery INDEXED BY delivery_unknown
SET not_before = :now + max(0, not_before - coalesce(:before, waits_since)), waits_since = :now
WHERE state = 'unknown' AND notice_id = :notice AND not_before < 9e999
  AND (waits_since > :now OR (:before < :now AND waits_since <= :before AND not_before > :before))

-- name: settle_attempts
-- `refs` lists [attempt, reference]. What is known once stays known: of two processes that asked, the
-- one that learnt less changes nothing.
UPDATE attempt SET ended_at = :now, outcome = :outcome, reason = :reason, ref = json_extract(one.value, '$[1]')
FROM json_each(:refs) AS one
WHERE attempt.id = json_extract(one.value, '$[0]') AND (outcome IS NULL OR outcome = 'unknown')

-- name: settle_deliveries
-- Only the latest attempt decides: another process may have looked an older one up as well, and sent since.
UPDATE delivery SET state = :state, step = :step, channel = :destination,
       attempts = CASE WHEN step = :step THEN attempts ELSE 0 END,
       lookups = CASE WHEN step = :step THEN lookups ELSE 0 END,
       not_before = :not_before, waits_since = :now, ref = coalesce(latest.ref, delivery.ref), reason = :reason, owner = NULL,
       updated_at = :now
FROM attempt AS latest
WHERE latest.id IN (SELECT value FROM json_each(:attempts)) AND delivery.id = latest.delivery_id
  AND delivery.state IN ('sending', 'unknown')
  AND latest.id = (SELECT max(attempt.id) FROM attempt WHERE attempt.delivery_id = latest.delivery_id)

-- name: keep_threads
-- `threads` lists [contact, audience, root, last].
INSERT INTO thread (incident_id, channel, contact, audience, root, last)
SELECT notice.incident_id, :origin, json_extract(one.value, '$[0]'), json_extract(one.value, '$[1]'),
       json_extract(one.value, '$[2]'), json_extract(one.value, '$[3]')
FROM notice, json_each(:threads) AS one WHERE notice.id = :notice
-- A closed ticket is followed by another one, which is then the root.
ON CONFLICT (incident_id, channel, contact, audience) DO UPDATE SET root = excluded.root, last = excluded.last

-- name: reroute
-- Everybody who waits for a channel that is out goes on to the next one of their lane.
UPDATE delivery SET step = step + 1, channel = json_extract(route, '$[' || (step + 1) || ']'), attempts = 0, lookups = 0,
       not_before = 0, reason = :reason, updated_at = :now
WHERE notice_id = :notice AND channel = :channel AND state = 'planned' AND step + 1 < json_array_length(route)

-- name: hold
UPDATE delivery SET state = 'held', reason = :reason, updated_at = :now
WHERE notice_id = :notice AND channel = :channel AND state = 'planned' AND step + 1 >= json_array_length(route)

-- name: orphan_owners
SELECT DISTINCT owner FROM delivery WHERE notice_id = ? AND state = 'sending'

-- name: orphans_become_unknown
UPDATE delivery SET state = 'unknown', not_before = :until, waits_since = :now, reason = :reason, owner = NULL, updated_at = :now
WHERE notice_id = :notice AND state = 'sending' AND owner = :owner

-- name: orphan_attempts
UPDATE attempt SET ended_at = :now, outcome = 'unknown', reason = :reason
WHERE outcome IS NULL AND owner = :owner AND delivery_id IN (SELECT id FROM delivery WHERE notice_id = :notice)

-- name: unhold
-- A route starts over, but behind the last channel that may have taken it already. What no usable channel can send
-- stays as it is, with the reason.
UPDATE delivery SET state = 'planned', step = start.step, channel = json_extract(route, '$[' || start.step || ']'),
       attempts = 0, lookups = 0, not_before = 0, updated_at = :now
FROM (SELECT owed.id, min(coalesce(max(doubtful.key) + 1, 0), json_array_length(owed.route) - 1) AS step
      FROM delivery AS owed
      LEFT JOIN (SELECT attempt.delivery_id, leg.key
                 FROM delivery AS held, json_each(held.route) AS leg
                 JOIN attempt ON attempt.delivery_id = held.id AND attempt.channel = leg.value
                 WHERE held.notice_id = :notice AND held.state = 'held'
                   AND coalesce(attempt.outcome, 'unknown') = 'unknown') AS doubtful ON doubtful.delivery_id = owed.id
      WHERE owed.notice_id = :notice AND owed.state = 'held'
        AND (:usable IS NULL OR EXISTS (SELECT 1 FROM json_each(owed.route) AS way
                                        WHERE way.value IN (SELECT value FROM json_each(:usable))))
      GROUP BY owed.id) AS start
WHERE start.id = delivery.id

-- name: ask_again
-- What is unknown because of another message to the same address is claimed again, to see what became of that.
UPDATE delivery SET attempts = 0, lookups = 0, not_before = CASE WHEN not_before < 9e999 THEN not_before ELSE 0 END,
       state = CASE WHEN EXISTS (SELECT 1 FROM attempt WHERE attempt.delivery_id = delivery.id
                                 AND attempt.channel = delivery.channel) THEN 'unknown' ELSE 'planned' END
WHERE notice_id = :notice AND state = 'unknown'

-- name: open_routes
SELECT DISTINCT route FROM delivery
WHERE notice_id = ? AND state IN ('planned', 'held', 'sending', 'unknown')

-- name: waiting
-- GROUP BY would sort a million rows in memory to find a handful of groups.
WITH kind AS (SELECT DISTINCT channel, state FROM delivery WHERE notice_id = :notice AND state IN ('planned', 'unknown'))
SELECT channel, state,
       (SELECT min(not_before) FROM delivery
        WHERE notice_id = :notice AND (channel, state) = (kind.channel, kind.state)) AS due,
       (SELECT count(*) FROM delivery
        WHERE notice_id = :notice AND (channel, state) = (kind.channel, kind.state)) AS count
FROM kind

-- name: tally
-- Likewise.
WITH kind AS (SELECT DISTINCT channel, state, required, step FROM delivery WHERE notice_id = :notice)
SELECT channel, state, required, step,
       (SELECT count(*) FROM delivery
        WHERE notice_id = :notice AND (channel, state, required, step) = (kind.channel, kind.state, kind.required, kind.step)
       ) AS count
FROM kind ORDER BY channel, state

-- name: still_owed
SELECT notice.sequence, delivery.channel, count(*) AS count
FROM notice JOIN delivery ON delivery.notice_id = notice.id
WHERE notice.incident_id = ? AND delivery.state IN ('planned', 'held')
GROUP BY notice.sequence, delivery.channel ORDER BY notice.sequence, min(delivery.id)

-- name: channels_of_notice
SELECT DISTINCT attempt.channel FROM attempt JOIN delivery ON delivery.id = attempt.delivery_id
WHERE delivery.notice_id = ?

-- name: attempts_of_notice
SELECT count(*) AS attempts, min(attempt.id) AS first_id,
       sum(attempt.outcome = 'accepted') AS accepted, sum(attempt.outcome = 'unknown') AS unknown,
       sum(attempt.outcome IN ('rejected', 'not_sent')) AS failed,
       sum(attempt.outcome IS NULL OR attempt.outcome <> 'not_sent') AS left,
       min(attempt.started_at) AS first_at,
       min(CASE WHEN attempt.outcome = 'accepted' THEN attempt.ended_at END) AS accepted_at,
       max(attempt.ended_at) AS last_at
FROM attempt JOIN delivery ON delivery.id = attempt.delivery_id
WHERE delivery.notice_id = ? AND attempt.channel = ?

-- name: failure_reasons
SELECT attempt.reason, count(*) AS count FROM attempt JOIN delivery ON delivery.id = attempt.delivery_id
WHERE delivery.notice_id = ? AND attempt.channel = ? AND attempt.outcome <> 'accepted' AND attempt.reason IS NOT NULL
GROUP BY attempt.reason ORDER BY count(*) DESC LIMIT 1

-- name: held_reasons
-- Why most of what is held on each channel was not sent; another notice may have been the one that tried.
SELECT channel, reason, max(count) FROM (
    SELECT channel, reason, count(*) AS count FROM delivery
    WHERE notice_id = ? AND state = 'held' AND reason IS NOT NULL
    GROUP BY channel, reason)
GROUP BY channel

-- name: failovers
SELECT origin, destination, reason, count, first_at FROM failover WHERE notice_id = ? ORDER BY count DESC, origin

-- name: hold_end
-- What published an earlier notice still owes the end there when its lane goes on to another channel; likewise what
-- published an end that is taken back.
INSERT INTO delivery (notice_id, audience, texts, locale, lane, contact, route, step, channel, required, state, reason, updated_at)
SELECT notice_id, audience, texts, locale, -1 - lane, contact, json_array(:channel), 0, :channel, 1, 'held', :reason, :now
FROM delivery
WHERE notice_id = :notice AND contact = 'channel:' || :channel AND channel <> :channel AND step > 0
  AND state <> 'cancelled'
  AND EXISTS (SELECT 1 FROM notice WHERE id = :notice
              AND (phase IN (SELECT value FROM json_each(:closed)) OR kind = 'retraction'))
ON CONFLICT (notice_id, lane, audience, contact) DO NOTHING

-- name: share_held_end
INSERT INTO shared (delivery_id, channel, notice_id, number)
SELECT owing.id, shared.channel, shared.notice_id, shared.number
FROM delivery AS owing JOIN delivery AS moved ON moved.notice_id = owing.notice_id AND moved.contact = owing.contact
JOIN shared ON shared.delivery_id = moved.id AND shared.channel = :channel
WHERE owing.notice_id = :notice AND owing.contact = 'channel:' || :channel AND owing.id <> moved.id
ON CONFLICT (delivery_id, channel) DO NOTHING

-- name: count_failover
INSERT INTO failover (notice_id, origin, destination, reason, count, first_at)
VALUES (:notice, :origin, :destination, :reason, :count, :now)
ON CONFLICT (notice_id, origin, destination, reason) DO UPDATE SET count = count + excluded.count

-- name: count_rerouted
INSERT INTO failover (notice_id, origin, destination, reason, count, first_at)
SELECT notice_id, channel, json_extract(route, '$[' || (step + 1) || ']'), :reason, count(*), :now FROM delivery
WHERE notice_id = :notice AND channel = :channel AND state = 'planned' AND step + 1 < json_array_length(route)
GROUP BY 3
ON CONFLICT (notice_id, origin, destination, reason) DO UPDATE SET count = count + excluded.count

-- name: unreached
SELECT delivery.contact, recipient.name, recipient.email, recipient.phone, delivery.state, delivery.reason FROM delivery
LEFT JOIN recipient ON recipient.id = delivery.recipient_id
WHERE delivery.notice_id = ? AND delivery.state IN ('failed', 'held', 'unknown') ORDER BY delivery.id LIMIT 10

-- name: threads
SELECT channel, contact, root, last FROM thread WHERE incident_id = ? AND contact LIKE 'channel:%'

-- name: told
-- One row for each channel that took a message, or may have taken it.
SELECT delivery.contact, delivery.audience, delivery.texts, delivery.locale, delivery.lane, coalesce(taken.channel, delivery.channel) AS channel, delivery.route,
       delivery.required, coalesce(taken.outcome = 'accepted', delivery.state IN ('accepted', 'delivered', 'confirmed')) AS reached, 1 AS carried,
       (SELECT json_group_array(DISTINCT refusal.channel) FROM attempt AS refusal
        WHERE refusal.delivery_id = delivery.id AND refusal.outcome = 'rejected') AS refused,
       recipient.contact AS person, recipient.name, recipient.phone, recipient.email, recipient.extra
FROM delivery
JOIN notice ON notice.id = delivery.notice_id
LEFT JOIN recipient ON recipient.id = delivery.recipient_id
LEFT JOIN attempt AS taken ON taken.delivery_id = delivery.id
     AND (taken.outcome IS NULL OR taken.outcome IN ('unknown', 'accepted'))
WHERE notice.incident_id = ?
  AND (taken.id IS NOT NULL OR delivery.state IN ('sending', 'accepted', 'delivered', 'confirmed', 'unknown'))
ORDER BY delivery.id, taken.id

-- name: to_be_told
SELECT delivery.contact, delivery.audience, delivery.texts, delivery.locale, delivery.lane, delivery.channel AS channel, delivery.route,
       delivery.required, 0 AS reached, 0 AS carried, '[]' AS refused,
       recipient.contact AS person, recipient.name, recipient.phone, recipient.email, recipient.extra
FROM delivery
JOIN notice ON notice.id = delivery.notice_id
LEFT JOIN recipient ON recipient.id = delivery.recipient_id
WHERE notice.incident_id = ? AND delivery.state IN ('planned', 'held')
ORDER BY delivery.id

-- name: audiences_of_incident
-- Every audience that a notice of the incident was meant for, reached or not.
SELECT delivery.audience FROM delivery JOIN notice ON notice.id = delivery.notice_id
WHERE notice.incident_id = ? GROUP BY delivery.audience ORDER BY min(delivery.id)

-- name: texts_of_incident
-- Which texts its notices had: a channel that is not configured any more had one of these kinds.
SELECT DISTINCT message.audience, message.locale, message.kind
FROM message JOIN notice ON notice.id = message.notice_id WHERE notice.incident_id = ?

-- name: lines
SELECT delivery.*, recipient.name, recipient.phone, recipient.email,
       (SELECT count(*) FROM attempt WHERE attempt.delivery_id = delivery.id) AS tries
FROM delivery LEFT JOIN recipient ON recipient.id = delivery.recipient_id
WHERE notice_id = ? ORDER BY delivery.id

-- name: events
SELECT event.*, incident.ref AS incident FROM event LEFT JOIN incident ON incident.id = event.incident_id
WHERE event.incident_id = ? ORDER BY event.at, event.id

-- name: warnings
-- What an adapter could not do beside its message, once for each run that met it.
SELECT channel, detail FROM event WHERE notice_id = ? AND kind = 'warning' GROUP BY channel, detail ORDER BY min(id)

-- name: open_breaker
INSERT INTO breaker (channel, opened_at, reason) VALUES (?, ?, ?)
ON CONFLICT (channel) DO UPDATE SET opened_at = excluded.opened_at, reason = excluded.reason

-- name: close_breaker
DELETE FROM breaker WHERE channel = ?

-- name: breakers
SELECT channel, opened_at, reason FROM breaker ORDER BY channel

-- name: paces
SELECT channel, full_at, paused_at, paused_until, reason FROM pace

-- name: keep_pace
INSERT INTO pace (channel, full_at) VALUES (?, ?) ON CONFLICT (channel) DO UPDATE SET full_at = excluded.full_at

-- name: pause
-- The longest that was asked for holds, unless it began later than it is now: then a clock was put back.
INSERT INTO pace (channel, paused_at, paused_until, reason) VALUES (?, ?, ?, ?)
ON CONFLICT (channel) DO UPDATE
SET paused_at = excluded.paused_at, paused_until = excluded.paused_until, reason = excluded.reason
WHERE paused_until < excluded.paused_until OR paused_at > excluded.paused_at

-- name: first_accepted
SELECT min(attempt.ended_at) FROM attempt JOIN delivery ON delivery.id = attempt.delivery_id
JOIN notice ON notice.id = delivery.notice_id
WHERE notice.incident_id = ? AND attempt.outcome = 'accepted'

-- name: reach
-- A delivery is a channel's once its turn came there. Routes start over after `retry`, attempts stay.
-- Who was planned as unreachable or suppressed was nobody's.
WITH turn AS (
    SELECT delivery.id, delivery.lane, leg.key AS step, leg.value AS channel,
           delivery.channel = leg.value AND delivery.state IN ('accepted', 'delivered', 'confirmed') AS reached
    FROM delivery, json_each(delivery.route) AS leg
    WHERE delivery.notice_id = ?
      AND (leg.key <= delivery.step
           OR EXISTS (SELECT 1 FROM attempt WHERE attempt.delivery_id = delivery.id AND attempt.channel = leg.value))
      AND (delivery.state NOT IN ('failed', 'suppressed')
           OR EXISTS (SELECT 1 FROM attempt WHERE attempt.delivery_id = delivery.id))
),
verdict AS (
    SELECT turn.channel, turn.lane, turn.step, count(attempt.id) AS tries,
           -- Somebody may have been told by another message of the notice to the same address.
           max(coalesce(attempt.outcome = 'accepted', 0) OR turn.reached) AS accepted,
           coalesce(max(attempt.id IS NOT NULL AND coalesce(attempt.outcome, 'unknown') = 'unknown'), 0) AS doubtful,
           min(attempt.started_at) AS first_at,
           min(CASE WHEN attempt.outcome = 'accepted' THEN attempt.ended_at END) AS accepted_at,
           max(coalesce(attempt.ended_at, attempt.started_at)) AS last_at
    FROM turn LEFT JOIN attempt ON attempt.delivery_id = turn.id AND attempt.channel = turn.channel
    GROUP BY turn.id, turn.channel
)
SELECT channel, count(*) AS targeted, sum(accepted) AS accepted,
       sum(doubtful AND NOT accepted) AS unknown,
       sum(tries > 0 AND NOT doubtful AND NOT accepted) AS failed,
       min(first_at) AS first_at, min(accepted_at) AS accepted_at, max(last_at) AS last_at
FROM verdict GROUP BY channel ORDER BY min(lane), max(step), channel

-- name: standings
-- Every person by notice. Somebody whose answer was lost on one channel may have been told, whatever came later.
SELECT delivery.contact, notice.sequence, delivery.audience, delivery.state, delivery.channel,
       recipient.name, recipient.phone, recipient.email,
       coalesce(delivery.reason, (SELECT attempt.reason FROM attempt WHERE attempt.delivery_id = delivery.id
                                  ORDER BY attempt.id DESC LIMIT 1)) AS reason,
       EXISTS (SELECT 1 FROM attempt WHERE attempt.delivery_id = delivery.id
               AND coalesce(attempt.outcome, 'unknown') = 'unknown') AS doubtful
FROM delivery
JOIN notice ON notice.id = delivery.notice_id
JOIN recipient ON recipient.id = delivery.recipient_id
WHERE notice.incident_id = ?
  -- Whoever asked to be forgotten is counted where they were told, and missed nowhere.
  AND (recipient.digest <> 'erased' OR ltrim(delivery.contact) NOT LIKE 'forgotten:%' OR delivery.state IN ('accepted', 'delivered', 'confirmed'))
ORDER BY notice.sequence, delivery.id

-- name: doubled
-- Messages accepted beyond the first: of one delivery, or by one channel for one address of a notice.
WITH accepted AS (
    SELECT delivery.id, delivery.notice_id, attempt.channel,
           coalesce(shared.number, nullif(coalesce(recipient.phone, '') || ' ' || lower(coalesce(recipient.email, '')), ' '),
                    delivery.contact) AS address
    FROM attempt JOIN delivery ON delivery.id = attempt.delivery_id JOIN notice ON notice.id = delivery.notice_id
    LEFT JOIN recipient ON recipient.id = delivery.recipient_id
    LEFT JOIN shared ON shared.delivery_id = delivery.id AND shared.channel = attempt.channel
    WHERE notice.incident_id = ? AND attempt.outcome = 'accepted'
)
SELECT (SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM accepted GROUP BY id))
     + (SELECT coalesce(sum(n - 1), 0)
        FROM (SELECT count(DISTINCT id) AS n FROM accepted GROUP BY notice_id, address, channel))

-- name: possibly_doubled
-- Accepted once, while the answer to another attempt was lost.
SELECT count(DISTINCT delivery.id) FROM delivery JOIN attempt AS doubtful ON doubtful.delivery_id = delivery.id
WHERE delivery.notice_id = ? AND coalesce(doubtful.outcome, 'unknown') = 'unknown'
  AND EXISTS (SELECT 1 FROM attempt WHERE attempt.delivery_id = delivery.id AND attempt.outcome = 'accepted')
