-- name: insert_recipient
-- Record a person, unless one with the same digest is known.
INSERT INTO recipient (digest, contact, name, phone, email, extra) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (digest) DO NOTHING

-- name: insert_delivery
-- Record one delivery.
INSERT INTO delivery (notice_id, audience, texts, locale, lane, contact, recipient_id, route, step, channel, required, state, reason, updated_at)
VALUES (?, ?, ?, ?, ?, ?, (SELECT id FROM recipient WHERE digest = ?), ?, 0, ?, ?, ?, ?, ?)

-- name: insert_shared
-- Number an address that another delivery of the notice may lead to as well.
INSERT INTO shared (delivery_id, channel, notice_id, number)
SELECT id, ?1, notice_id, ?2 FROM delivery WHERE (notice_id, lane, audience, contact) = (?3, ?4, ?5, ?6)

-- name: due_texts
-- Read which texts the due deliveries of a channel have, in the order in which they are claimed.
SELECT texts, locale FROM delivery
WHERE state = 'planned' AND channel = :channel AND notice_id = :notice AND not_before <= :now
ORDER BY texts, locale, id LIMIT :limit

-- name: intended
-- Read claims by the numbers of their attempts. The order of the columns is the one of `broadcast/ledger/claims.py`.
SELECT attempt.id AS attempt, attempt.started_at, delivery.id, delivery.notice_id, delivery.texts, delivery.locale, delivery.contact, delivery.route, delivery.step,
       delivery.attempts, delivery.lookups, delivery.reason, delivery.audience,
       CASE WHEN notice.sequence < 0 THEN delivery.lane ELSE 0 END AS page, thread.root, thread.last,
       recipient.contact AS person, recipient.name, recipient.phone, recipient.email, recipient.extra
FROM attempt
JOIN delivery ON delivery.id = attempt.delivery_id
JOIN notice ON notice.id = delivery.notice_id
LEFT JOIN recipient ON recipient.id = delivery.recipient_id
-- A channel that publishes has one thread for all lanes.
LEFT JOIN thread ON thread.incident_id = notice.incident_id AND thread.channel = delivery.channel
     AND thread.contact = CASE WHEN delivery.recipient_id IS NULL THEN 'channel:' || delivery.channel
                               ELSE delivery.contact END
     AND thread.audience = CASE WHEN delivery.recipient_id IS NULL THEN '' ELSE delivery.audience END
WHERE attempt.id = ANY(:attempts)
ORDER BY attempt.id

-- name: next_due
-- Read when the next delivery of a channel falls due.
-- Any one that is due now is found at once by the index; only if all of them wait are they compared.
SELECT coalesce(
    (SELECT not_before FROM delivery
     WHERE state = 'planned' AND channel = :channel AND notice_id = :notice AND not_before <= :now LIMIT 1),
    (SELECT min(not_before) FROM delivery WHERE state = 'planned' AND channel = :channel AND notice_id = :notice))

-- name: withdraw_deliveries
-- Plan claimed deliveries again: their requests have certainly not left.
UPDATE delivery SET state = 'planned', attempts = attempts - 1, owner = NULL
WHERE state = 'sending' AND id IN (SELECT delivery_id FROM attempt WHERE attempt.id = ANY(:attempts))

-- name: withdraw_attempts
-- Remove the attempts of such claims.
DELETE FROM attempt WHERE outcome IS NULL AND id = ANY(:attempts)

-- name: settle_deliveries
-- Set the state of deliveries after the outcome of these attempts.
-- Only the latest attempt counts (rule 3 of `broadcast/ledger/store.py`): another process may have looked an older
-- one up as well, and sent again since.
UPDATE delivery SET state = :state, step = :step, channel = :destination,
       attempts = CASE WHEN step = :step THEN attempts ELSE 0 END,
       lookups = CASE WHEN step = :step THEN lookups ELSE 0 END,
       not_before = :not_before, waits_since = :now, ref = coalesce(latest.ref, delivery.ref), reason = :reason, owner = NULL,
       updated_at = :now
FROM attempt AS latest
WHERE latest.id = ANY(:attempts) AND delivery.id = latest.delivery_id
  AND delivery.state IN ('sending', 'unknown')
  AND latest.id = (SELECT max(attempt.id) FROM attempt WHERE attempt.delivery_id = latest.delivery_id)

-- name: number_held
-- Number the addresses that several held deliveries of a channel share.
-- They get numbers below zero, which planning does not use.
INSERT INTO shared (delivery_id, channel, notice_id, number)
SELECT id, :channel, :notice, -first
FROM (SELECT delivery.id, min(delivery.id) OVER same AS first, count(*) OVER same AS people
      FROM delivery JOIN recipient ON recipient.id = delivery.recipient_id
      WHERE delivery.notice_id = :notice AND delivery.channel = :channel AND delivery.state = 'held'
        AND CASE WHEN :phone = 1 THEN recipient.phone ELSE recipient.email END IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM shared WHERE shared.delivery_id = delivery.id AND shared.channel = :channel)
      WINDOW same AS (PARTITION BY lower(CASE WHEN :phone = 1 THEN recipient.phone ELSE recipient.email END))) AS held
WHERE people > 1
ON CONFLICT (delivery_id, channel) DO NOTHING

-- name: withdraw_shared
-- Remove the attempt of a claimed delivery that is not sent, because its address has the notice.
DELETE FROM attempt WHERE id = :attempt AND outcome IS NULL

-- name: settle_shared
-- Set the state of such a delivery after the message that reached its address.
UPDATE delivery SET state = :state, reason = :reason, step = :step, channel = :channel, not_before = :not_before, waits_since = :now,
       attempts = CASE WHEN step = :step THEN attempts - 1 ELSE 0 END, ref = coalesce(:ref, ref), owner = NULL, updated_at = :now
WHERE id = :id AND state = 'sending'

-- name: claim_lookups
-- Read unknown deliveries whose look-up is due, with the columns of `intended`.
SELECT attempt.id AS attempt, attempt.started_at, delivery.id, delivery.notice_id, delivery.texts, delivery.locale, delivery.contact, delivery.route, delivery.step,
       delivery.attempts, delivery.lookups, delivery.reason, delivery.audience,
       CASE WHEN notice.sequence < 0 THEN delivery.lane ELSE 0 END AS page, thread.root, thread.last,
       recipient.contact AS person, recipient.name, recipient.phone, recipient.email, recipient.extra
FROM delivery
JOIN notice ON notice.id = delivery.notice_id
JOIN attempt ON attempt.id = (SELECT max(id) FROM attempt WHERE attempt.delivery_id = delivery.id)
     AND attempt.channel = delivery.channel
LEFT JOIN recipient ON recipient.id = delivery.recipient_id
-- A channel that publishes has one thread for all lanes.
LEFT JOIN thread ON thread.incident_id = notice.incident_id AND thread.channel = delivery.channel
     AND thread.contact = CASE WHEN delivery.recipient_id IS NULL THEN 'channel:' || delivery.channel
                               ELSE delivery.contact END
     AND thread.audience = CASE WHEN delivery.recipient_id IS NULL THEN '' ELSE delivery.audience END
WHERE delivery.state = 'unknown' AND delivery.channel = :channel AND delivery.notice_id = :notice
  AND delivery.not_before <= :now
ORDER BY delivery.not_before, delivery.id
LIMIT :limit

-- name: next_lookup
-- Read when the look-up after those that were just claimed falls due.
-- What is not looked up in this run any more falls due at `never`, which is infinite.
SELECT not_before FROM delivery
WHERE state = 'unknown' AND channel = :channel AND notice_id = :notice AND not_before < :never
ORDER BY not_before, id LIMIT 1 OFFSET :claimed

-- name: postpone_lookups
-- Count a look-up; no process makes another one before `until`.
UPDATE delivery SET lookups = lookups + 1, not_before = :until, waits_since = :now WHERE id = :id

-- name: orphan_owners
-- Read the names of the runs that have requests of a notice out.
SELECT DISTINCT owner FROM delivery WHERE notice_id = ? AND state = 'sending'

-- name: channels_of_owner
-- Read the channels on which a run has requests of a notice out.
SELECT DISTINCT channel FROM delivery WHERE notice_id = ? AND state = 'sending' AND owner = ?

-- name: orphans_become_unknown
-- Make the claims of a dead run unknown; they are looked up after `until`.
UPDATE delivery SET state = 'unknown', not_before = :until, waits_since = :now, reason = :reason, owner = NULL, updated_at = :now
WHERE notice_id = :notice AND state = 'sending' AND owner = :owner

-- name: orphan_attempts
-- Make the attempts of that run unknown.
UPDATE attempt SET ended_at = :now, outcome = 'unknown', reason = :reason
WHERE outcome IS NULL AND owner = :owner AND delivery_id IN (SELECT id FROM delivery WHERE notice_id = :notice)

-- name: ask_again
-- Look up everything unknown again, also what was given up for an earlier run.
-- What is unknown because of another message to the same address has no attempt: it is claimed again, and shares the
-- outcome of that message.
UPDATE delivery SET attempts = 0, lookups = 0, not_before = CASE WHEN not_before < :never THEN not_before ELSE 0 END,
       state = CASE WHEN EXISTS (SELECT 1 FROM attempt WHERE attempt.delivery_id = delivery.id
                                 AND attempt.channel = delivery.channel) THEN 'unknown' ELSE 'planned' END
WHERE notice_id = :notice AND state = 'unknown'

-- name: waiting
-- Count what is planned and what is unknown, by channel, and read when the first of it falls due.
-- GROUP BY would sort a million rows in memory to find a handful of groups.
WITH kind AS (SELECT DISTINCT channel, state FROM delivery WHERE notice_id = :notice AND state IN ('planned', 'unknown'))
SELECT channel, state,
       (SELECT min(not_before) FROM delivery
        WHERE notice_id = :notice AND (channel, state) = (kind.channel, kind.state)) AS due,
       (SELECT count(*) FROM delivery
        WHERE notice_id = :notice AND (channel, state) = (kind.channel, kind.state)) AS count
FROM kind

-- name: hold_end
-- Hold the end of an incident for a channel that published it and whose lane has moved on.
-- It published an earlier notice, or an end that is taken back, and would show that for ever.
INSERT INTO delivery (notice_id, audience, texts, locale, lane, contact, route, step, channel, required, state, reason, updated_at)
SELECT notice_id, audience, texts, locale, -1 - lane, contact, :route, 0, :channel, 1, 'held', :reason, :now
FROM delivery
WHERE notice_id = :notice AND contact = 'channel:' || :channel AND channel <> :channel AND step > 0
  AND state <> 'cancelled'
  AND EXISTS (SELECT 1 FROM notice WHERE id = :notice
              AND (phase = ANY(:closed) OR kind = 'retraction'))
ON CONFLICT (notice_id, lane, audience, contact) DO NOTHING

-- name: share_held_end
-- Let that delivery share the address of the one that moved on.
INSERT INTO shared (delivery_id, channel, notice_id, number)
SELECT owing.id, shared.channel, shared.notice_id, shared.number
FROM delivery AS owing JOIN delivery AS moved ON moved.notice_id = owing.notice_id AND moved.contact = owing.contact
JOIN shared ON shared.delivery_id = moved.id AND shared.channel = :channel
WHERE owing.notice_id = :notice AND owing.contact = 'channel:' || :channel AND owing.id <> moved.id
ON CONFLICT (delivery_id, channel) DO NOTHING

-- name: count_failover
-- Count people who went on to the next channel of their lane after an answer.
INSERT INTO failover (notice_id, origin, destination, reason, count, first_at)
VALUES (:notice, :origin, :destination, :reason, :count, :now)
ON CONFLICT (notice_id, origin, destination, reason) DO UPDATE SET count = failover.count + excluded.count

-- name: open_breaker
-- Record since when, and why, a channel is left alone.
INSERT INTO breaker (channel, opened_at, reason) VALUES (?, ?, ?)
ON CONFLICT (channel) DO UPDATE SET opened_at = excluded.opened_at, reason = excluded.reason

-- name: close_breaker
-- Record that a channel works again.
DELETE FROM breaker WHERE channel = ?

-- name: owed
-- Read what waits to be sent to people, with their addresses.
SELECT delivery.id, delivery.audience, delivery.route, delivery.step, recipient.contact, recipient.phone, recipient.email
FROM delivery JOIN recipient ON recipient.id = delivery.recipient_id
WHERE delivery.notice_id = ? AND delivery.state = 'planned' ORDER BY delivery.id

-- name: detour
-- Put a waiting delivery on another route, or give it up.
UPDATE delivery SET state = :state, route = coalesce(:route, route), channel = coalesce(:channel, channel), attempts = 0,
       reason = :reason, updated_at = :now
WHERE id = :id AND state = 'planned'
