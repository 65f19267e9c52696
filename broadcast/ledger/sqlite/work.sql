-- name: intend
-- Record an attempt for each delivery that is due on a channel, up to a limit; return their numbers.
INSERT INTO attempt (delivery_id, channel, owner, started_at)
SELECT id, :channel, :owner, :now FROM delivery
WHERE state = 'planned' AND channel = :channel AND notice_id = :notice AND not_before <= :now
ORDER BY texts, locale, id LIMIT :limit
RETURNING id

-- name: mark_sending
-- Make the deliveries of new attempts `sending`, owned by a run.
UPDATE delivery SET state = 'sending', owner = :owner, attempts = attempts + 1, lookups = 0, updated_at = :now
WHERE id IN (SELECT delivery_id FROM attempt WHERE attempt.id = ANY(:attempts))

-- name: claimed_shared
-- Read the claims whose address this notice has reached, or may have reached, by another delivery.
-- The most certain outcome comes first. CROSS JOIN keeps SQLite from beginning with the other attempts.
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
WHERE mine.id = ANY(:attempts)
ORDER BY mine.id, coalesce(taken.outcome = 'accepted', 0) DESC, taken.outcome IS NULL DESC, taken.id

-- name: settle_attempts
-- Record the outcome of attempts.
-- `refs` lists [attempt, reference]. An outcome that is known stays: of two processes that looked an attempt up,
-- the one that found out less changes nothing.
UPDATE attempt SET ended_at = :now, outcome = :outcome, reason = :reason, ref = json_extract(one.value, '$[1]')
FROM json_each(:refs) AS one
WHERE attempt.id = json_extract(one.value, '$[0]') AND (outcome IS NULL OR outcome = 'unknown')

-- name: keep_threads
-- Record the threads that later messages hang on.
-- `threads` lists [contact, audience, root, last].
INSERT INTO thread (incident_id, channel, contact, audience, root, last)
SELECT notice.incident_id, :origin, json_extract(one.value, '$[0]'), json_extract(one.value, '$[1]'),
       json_extract(one.value, '$[2]'), json_extract(one.value, '$[3]')
FROM notice, json_each(:threads) AS one WHERE notice.id = :notice
-- A closed ticket is followed by a new one, which is then the root.
ON CONFLICT (incident_id, channel, contact, audience) DO UPDATE SET root = excluded.root, last = excluded.last

-- name: reroute
-- Move what waits for a channel to the next one of its lane.
UPDATE delivery SET step = step + 1, channel = json_extract(route, '$[' || (step + 1) || ']'), attempts = 0, lookups = 0,
       not_before = 0, reason = :reason, updated_at = :now
WHERE notice_id = :notice AND channel = :channel AND state = 'planned' AND step + 1 < json_array_length(route)

-- name: count_rerouted
-- Count as failovers what `reroute` is about to move.
INSERT INTO failover (notice_id, origin, destination, reason, count, first_at)
SELECT notice_id, channel, json_extract(route, '$[' || (step + 1) || ']'), :reason, count(*), :now FROM delivery
WHERE notice_id = :notice AND channel = :channel AND state = 'planned' AND step + 1 < json_array_length(route)
GROUP BY 3
ON CONFLICT (notice_id, origin, destination, reason) DO UPDATE SET count = failover.count + excluded.count

-- name: hold
-- Hold what waits for a channel and has none left after it.
UPDATE delivery SET state = 'held', reason = :reason, updated_at = :now
WHERE notice_id = :notice AND channel = :channel AND state = 'planned' AND step + 1 >= json_array_length(route)

-- name: unhold
-- Plan again what was held.
-- A route begins again after the last channel that may have taken the message. What no usable channel can send
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

-- name: wait_no_longer
-- Make everything planned due at once.
-- Without the index, all deliveries of the notice are read.
UPDATE delivery INDEXED BY delivery_due SET not_before = 0
WHERE state = 'planned' AND notice_id = :notice AND not_before > 0

-- name: restart_waits
-- Restart the waits for look-ups after the wall clock was set.
-- `before` is what the clock would show now if it had not been set: what was left of a wait goes on. If
-- it is NULL, a wait begins again. A wait that another process has written since then stays as it is.
UPDATE delivery INDEXED BY delivery_unknown
SET not_before = :now + max(0, not_before - coalesce(:before, waits_since)), waits_since = :now
WHERE state = 'unknown' AND notice_id = :notice AND not_before < 9e999
  AND (waits_since > :now OR (:before < :now AND waits_since <= :before AND not_before > :before))

-- name: supersede
-- Cancel what a newer notice of the incident supersedes. Pages of an escalation end with the escalation.
-- A receiver of the newer notice must not get an older one afterwards; that holds for channels that publish as well.
-- After the end, or when an end is taken back, no receiver gets one. Ids are unique within one audience only.
-- `only` lists the deliveries to look at; NULL for all of the incident.
UPDATE delivery SET state = 'cancelled', updated_at = :now,
       reason = 'superseded by notice ' || (SELECT max(sequence) FROM notice WHERE incident_id = :incident)
WHERE state IN ('planned', 'held')
  AND id IN (SELECT id FROM delivery WHERE :only IS NULL AND state IN ('planned', 'held')
                                       AND notice_id IN (SELECT id FROM notice WHERE incident_id = :incident AND sequence > 0)
             UNION ALL SELECT value FROM json_each(:only))
  AND EXISTS (SELECT 1 FROM notice AS newer JOIN notice AS own ON own.incident_id = newer.incident_id
              WHERE own.id = delivery.notice_id AND own.sequence > 0 AND newer.sequence > own.sequence
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
-- Cancel what people get from a newer notice under another id or in another audience.
-- It is one person if an address is the same and the names do not differ.
WITH waiting AS MATERIALIZED (
    SELECT delivery.id, notice.sequence, folded(recipient.name) AS name, recipient.phone, folded(recipient.email) AS email
    FROM delivery JOIN notice ON notice.id = delivery.notice_id JOIN recipient ON recipient.id = delivery.recipient_id
    WHERE delivery.state IN ('planned', 'held') AND notice.sequence > 0
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

-- name: reach
-- Count the messages of a notice by channel, in the order of lanes and routes.
-- A delivery counts for a channel once its turn came there. Routes begin again with `retry`; attempts stay.
-- Deliveries that were planned as unreachable or suppressed count for no channel.
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
           -- Another message of the notice may have reached the same address.
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

-- name: index_recipients
-- Index the deliveries by person, for as long as an erasure takes.
CREATE INDEX delivery_recipient ON delivery (recipient_id)

-- name: drop_index
-- Remove that index.
DROP INDEX delivery_recipient
