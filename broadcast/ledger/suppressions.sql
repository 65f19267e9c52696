-- name: suppress
-- Who said it first stays. What was not sure becomes so when it is said again a day later.
INSERT INTO suppression (digest, reason, kind, shown, source, at, sure) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (digest, reason) DO UPDATE SET sure = 1, source = excluded.source, at = excluded.at
WHERE sure = 0 AND (excluded.sure = 1 OR excluded.at >= at + 86400)

-- name: suppressions
SELECT * FROM suppression ORDER BY at, digest, reason

-- name: suppressed_digests
SELECT digest, reason FROM suppression WHERE sure = 1

-- name: suppressions_of
SELECT * FROM suppression WHERE digest = ? ORDER BY at, reason

-- name: release
DELETE FROM suppression WHERE digest = ?

-- name: show_no_address
-- Whoever was forgotten goes on being left alone, and nobody sees who they are.
UPDATE suppression SET shown = '' WHERE digest = ?

-- name: owed
SELECT delivery.id, delivery.audience, delivery.route, delivery.step, recipient.contact, recipient.phone, recipient.email
FROM delivery JOIN recipient ON recipient.id = delivery.recipient_id
WHERE delivery.notice_id = ? AND delivery.state = 'planned' ORDER BY delivery.id

-- name: detour
UPDATE delivery SET state = :state, route = coalesce(:route, route), channel = coalesce(:channel, channel), attempts = 0,
       reason = :reason, updated_at = :now
WHERE id = :id AND state = 'planned'
