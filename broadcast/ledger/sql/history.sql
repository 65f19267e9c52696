-- name: delivery_counts
-- Count the deliveries of a notice by channel, state and place in the route.
-- GROUP BY would sort a million rows in memory to find a handful of groups.
WITH kind AS (SELECT DISTINCT channel, state, required, step FROM delivery WHERE notice_id = :notice)
SELECT channel, state, required, step,
       (SELECT count(*) FROM delivery
        WHERE notice_id = :notice AND (channel, state, required, step) = (kind.channel, kind.state, kind.required, kind.step)
       ) AS count
FROM kind ORDER BY channel, state

-- name: still_owed
-- Count what the notices of an incident have not sent yet, by notice and channel.
SELECT notice.sequence, delivery.channel, count(*) AS count
FROM notice JOIN delivery ON delivery.notice_id = notice.id
WHERE notice.incident_id = ? AND notice.sequence > 0 AND delivery.state IN ('planned', 'held')
GROUP BY notice.sequence, delivery.channel ORDER BY notice.sequence, min(delivery.id)

-- name: open_routes
-- Read the routes of all deliveries that are not over.
SELECT DISTINCT route FROM delivery
WHERE notice_id = ? AND state IN ('planned', 'held', 'sending', 'unknown')

-- name: routes
-- Read the routes of all deliveries.
SELECT DISTINCT route FROM delivery WHERE notice_id = ?

-- name: channels_of_notice
-- Read the channels over which a notice made requests.
SELECT DISTINCT attempt.channel FROM attempt JOIN delivery ON delivery.id = attempt.delivery_id
WHERE delivery.notice_id = ?

-- name: attempts_of_notice
-- Count the attempts of a notice over one channel by their outcome.
SELECT count(*) AS attempts, min(attempt.id) AS first_id,
       count(*) FILTER (WHERE attempt.outcome = 'accepted') AS accepted,
       count(*) FILTER (WHERE attempt.outcome = 'unknown') AS unknown,
       count(*) FILTER (WHERE attempt.outcome IN ('rejected', 'not_sent')) AS failed,
       count(*) FILTER (WHERE attempt.outcome IS NULL OR attempt.outcome <> 'not_sent') AS left,
       min(attempt.started_at) AS first_at,
       min(CASE WHEN attempt.outcome = 'accepted' THEN attempt.ended_at END) AS accepted_at,
       max(attempt.ended_at) AS last_at
FROM attempt JOIN delivery ON delivery.id = attempt.delivery_id
WHERE delivery.notice_id = ? AND attempt.channel = ?

-- name: failure_reasons
-- Read the most frequent reason of failed requests over a channel.
SELECT attempt.reason, count(*) AS count FROM attempt JOIN delivery ON delivery.id = attempt.delivery_id
WHERE delivery.notice_id = ? AND attempt.channel = ? AND attempt.outcome <> 'accepted' AND attempt.reason IS NOT NULL
GROUP BY attempt.reason ORDER BY count(*) DESC LIMIT 1

-- name: held_reasons
-- Read the most frequent reason of what is held, by channel.
-- The attempt may have been one of another notice.
SELECT channel, reason FROM (
    SELECT channel, reason, row_number() OVER (PARTITION BY channel ORDER BY count(*) DESC, reason) AS place
    FROM delivery
    WHERE notice_id = ? AND state = 'held' AND reason IS NOT NULL
    GROUP BY channel, reason) AS counted
WHERE place = 1

-- name: failovers
-- Read failovers, those of most people first.
SELECT origin, destination, reason, count, first_at FROM failover WHERE notice_id = ? ORDER BY count DESC, origin

-- name: unreached
-- Read the first ten people who were not reached, or perhaps not.
SELECT delivery.contact, recipient.name, recipient.email, recipient.phone, delivery.state, delivery.reason FROM delivery
LEFT JOIN recipient ON recipient.id = delivery.recipient_id
WHERE delivery.notice_id = ? AND delivery.state IN ('failed', 'held', 'unknown') ORDER BY delivery.id LIMIT 10

-- name: threads
-- Read the threads of channels that publish.
SELECT channel, contact, root, last FROM thread WHERE incident_id = ? AND contact LIKE 'channel:%'

-- name: previous_deliveries
-- Read who got an earlier notice, or may have got it: a row for each channel that took it.
SELECT delivery.id, delivery.contact, delivery.audience, delivery.texts, delivery.locale, delivery.lane, coalesce(taken.channel, delivery.channel) AS channel, delivery.route,
       delivery.required, coalesce(taken.outcome = 'accepted', delivery.state IN ('accepted', 'delivered', 'confirmed')) AS reached, 1 AS carried,
       recipient.contact AS person, recipient.name, recipient.phone, recipient.email, recipient.extra
FROM delivery
JOIN notice ON notice.id = delivery.notice_id
LEFT JOIN recipient ON recipient.id = delivery.recipient_id
LEFT JOIN attempt AS taken ON taken.delivery_id = delivery.id
     AND (taken.outcome IS NULL OR taken.outcome IN ('unknown', 'accepted'))
WHERE notice.incident_id = ? AND notice.sequence > 0
  AND (taken.id IS NOT NULL OR delivery.state IN ('sending', 'accepted', 'delivered', 'confirmed', 'unknown'))
ORDER BY delivery.id, taken.id

-- name: refusals
-- Read the channels that refused a message of an incident, by delivery.
SELECT DISTINCT attempt.delivery_id, attempt.channel
FROM attempt JOIN delivery ON delivery.id = attempt.delivery_id JOIN notice ON notice.id = delivery.notice_id
WHERE notice.incident_id = ? AND notice.sequence > 0 AND attempt.outcome = 'rejected'
ORDER BY attempt.delivery_id, attempt.channel

-- name: waiting_deliveries
-- Read who is still to get an earlier notice, with the columns of `told`.
SELECT delivery.id, delivery.contact, delivery.audience, delivery.texts, delivery.locale, delivery.lane, delivery.channel AS channel, delivery.route,
       delivery.required, 0 AS reached, 0 AS carried,
       recipient.contact AS person, recipient.name, recipient.phone, recipient.email, recipient.extra
FROM delivery
JOIN notice ON notice.id = delivery.notice_id
LEFT JOIN recipient ON recipient.id = delivery.recipient_id
WHERE notice.incident_id = ? AND notice.sequence > 0 AND delivery.state IN ('planned', 'held')
ORDER BY delivery.id

-- name: audiences_of_incident
-- Read every audience that a notice of the incident was meant for, reached or not.
SELECT delivery.audience FROM delivery JOIN notice ON notice.id = delivery.notice_id
WHERE notice.incident_id = ? AND notice.sequence > 0 GROUP BY delivery.audience ORDER BY min(delivery.id)

-- name: texts_of_incident
-- Read audience, locale and kind of every text of an incident.
-- They tell the kind of a channel that is not configured any more.
SELECT DISTINCT message.audience, message.locale, message.kind
FROM message JOIN notice ON notice.id = message.notice_id WHERE notice.incident_id = ? AND notice.sequence > 0

-- name: lines
-- Read the deliveries of a notice, each with its person and the number of its attempts.
SELECT delivery.*, recipient.name, recipient.phone, recipient.email,
       (SELECT count(*) FROM attempt WHERE attempt.delivery_id = delivery.id) AS tries
FROM delivery LEFT JOIN recipient ON recipient.id = delivery.recipient_id
WHERE notice_id = ? ORDER BY delivery.id

-- name: events
-- Read the events of an incident.
SELECT event.*, incident.ref AS incident FROM event LEFT JOIN incident ON incident.id = event.incident_id
WHERE event.incident_id = ? ORDER BY event.at, event.id

-- name: warnings
-- Read what adapters could not do although the message was accepted.
-- Once for each run that met it.
SELECT channel, detail FROM event WHERE notice_id = ? AND kind IN ('warning', 'opt-out') GROUP BY channel, detail ORDER BY min(id)

-- name: breakers
-- Read the channels that failed when they were last used.
SELECT channel, opened_at, reason FROM breaker ORDER BY channel

-- name: first_accepted
-- Read when the first message of an incident was accepted.
SELECT min(attempt.ended_at) FROM attempt JOIN delivery ON delivery.id = attempt.delivery_id
JOIN notice ON notice.id = delivery.notice_id
WHERE notice.incident_id = ? AND attempt.outcome = 'accepted'

-- name: standings
-- Read what each person was owed, notice by notice, and whether an answer was lost.
-- A person may have been told if the answer was lost on one channel, whatever came later.
SELECT delivery.contact, notice.sequence, delivery.audience, delivery.state, delivery.channel,
       recipient.name, recipient.phone, recipient.email,
       coalesce(delivery.reason, (SELECT attempt.reason FROM attempt WHERE attempt.delivery_id = delivery.id
                                  ORDER BY attempt.id DESC LIMIT 1)) AS reason,
       EXISTS (SELECT 1 FROM attempt WHERE attempt.delivery_id = delivery.id
               AND coalesce(attempt.outcome, 'unknown') = 'unknown') AS doubtful
FROM delivery
JOIN notice ON notice.id = delivery.notice_id
JOIN recipient ON recipient.id = delivery.recipient_id
WHERE notice.incident_id = ? AND notice.sequence > 0
  -- People who were forgotten count where they were told, and are not listed as missed.
  AND (recipient.digest <> 'erased' OR ltrim(delivery.contact) NOT LIKE 'forgotten:%' OR delivery.state IN ('accepted', 'delivered', 'confirmed'))
ORDER BY notice.sequence, delivery.id

-- name: duplicates
-- Count the messages that were accepted beyond the first: of one delivery, or for one address on one channel.
WITH accepted AS (
    SELECT delivery.id, delivery.notice_id, attempt.channel,
           coalesce('#' || shared.number,
                    nullif(coalesce(recipient.phone, '') || ' ' || lower(coalesce(recipient.email, '')), ' '),
                    delivery.contact) AS address
    FROM attempt JOIN delivery ON delivery.id = attempt.delivery_id JOIN notice ON notice.id = delivery.notice_id
    LEFT JOIN recipient ON recipient.id = delivery.recipient_id
    LEFT JOIN shared ON shared.delivery_id = delivery.id AND shared.channel = attempt.channel
    WHERE notice.incident_id = ? AND notice.sequence > 0 AND attempt.outcome = 'accepted'
)
SELECT (SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM accepted GROUP BY id) AS by_delivery)
     + (SELECT coalesce(sum(n - 1), 0)
        FROM (SELECT count(DISTINCT id) AS n FROM accepted GROUP BY notice_id, address, channel) AS by_address)

-- name: possible_duplicates
-- Count the messages of a notice that were accepted while the answer to another attempt was lost.
SELECT count(DISTINCT delivery.id) FROM delivery JOIN attempt AS doubtful ON doubtful.delivery_id = delivery.id
WHERE delivery.notice_id = ? AND coalesce(doubtful.outcome, 'unknown') = 'unknown'
  AND EXISTS (SELECT 1 FROM attempt WHERE attempt.delivery_id = delivery.id AND attempt.outcome = 'accepted')

-- name: open_deliveries
-- Count the deliveries of open incidents by their state.
SELECT delivery.state, count(*) AS number FROM delivery WHERE delivery.notice_id IN
(SELECT notice.id FROM incident JOIN notice ON notice.incident_id = incident.id WHERE incident.ended_at IS NULL)
GROUP BY delivery.state
