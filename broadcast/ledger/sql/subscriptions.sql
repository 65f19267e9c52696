-- name: insert_subscription_request
-- Record a wish to subscribe; a message with a link is owed.
INSERT INTO subscription_request (audience, kind, address, digest, locale, services, source, nonce, state, tries, requested_at, expires_at)
VALUES (:audience, :kind, :address, :digest, :locale, :services, :source, :nonce, 'planned', 0, :at, :expires)

-- name: requests_of_address_since
-- How many requests there were for an address since `since`.
SELECT count(*) AS count FROM subscription_request WHERE digest = :digest AND requested_at > :since

-- name: requests_since
-- How many requests there were for all addresses since `since`.
SELECT count(*) AS count FROM subscription_request WHERE requested_at > :since

-- name: never_ask
-- Whether an address must not even be asked: everything but an opt-out, which the person may take back.
SELECT count(*) AS count FROM suppression WHERE digest = :digest AND sure = 1 AND reason <> 'opted-out'

-- name: subscription_request
-- Read a request.
SELECT * FROM subscription_request WHERE id = ?

-- name: requests_to_send
-- Read the requests whose message is owed, the oldest first; after each try the wait is longer, up to 16 minutes.
SELECT * FROM subscription_request
WHERE state = 'planned' AND requested_at + 60 * tries * tries <= :now AND expires_at > :now
ORDER BY requested_at, id LIMIT 20

-- name: claim_request
-- Record that the message of a request is about to be sent, unless another process did.
UPDATE subscription_request SET state = 'sending', tries = tries + 1 WHERE id = :id AND state = 'planned'

-- name: settle_request
-- Record what became of the message. One that was certainly not sent is tried again, five times at most.
UPDATE subscription_request SET state = CASE WHEN :state = 'planned' AND tries >= 5 THEN 'failed' ELSE :state END
WHERE id = :id AND state = 'sending'

-- name: confirm_request
-- Confirm a request once, while it has not expired.
UPDATE subscription_request SET confirmed_at = :at, address = ''
WHERE id = :id AND confirmed_at IS NULL AND expires_at > :at

-- name: put_subscriber
-- Record a subscriber, or what they chose now.
INSERT INTO subscriber (audience, kind, address, digest, locale, services, source, requested_at, confirmed_at)
VALUES (:audience, :kind, :address, :digest, :locale, :services, :source, :requested_at, :confirmed_at)
ON CONFLICT (audience, digest) DO UPDATE SET address = excluded.address, locale = excluded.locale,
    services = excluded.services, source = excluded.source, requested_at = excluded.requested_at,
    confirmed_at = excluded.confirmed_at

-- name: take_back_opt_out
-- Lift the opt-out of a person who subscribes again. Bounces and complaints stay.
DELETE FROM suppression WHERE digest = :digest AND reason = 'opted-out'

-- name: subscribers
-- Read every subscriber.
SELECT * FROM subscriber ORDER BY id

-- name: subscribers_with_digest
-- Read the subscriptions of an address.
SELECT * FROM subscriber WHERE digest = ? ORDER BY id

-- name: requests_with_digest
-- Read the requests for an address.
SELECT * FROM subscription_request WHERE digest = ? ORDER BY id

-- name: choose_services
-- Change what the subscriptions of an address are for, and their language.
UPDATE subscriber SET services = :services, locale = :locale WHERE digest = :digest

-- name: end_subscriptions
-- Remove the subscriptions of an address.
DELETE FROM subscriber WHERE digest = ?

-- name: old_requests
-- How many requests that expired still have an address.
SELECT count(*) AS count FROM subscription_request WHERE address <> '' AND expires_at <= :now

-- name: erase_old_requests
-- Erase the addresses of requests that expired without an answer.
UPDATE subscription_request SET address = '', state = CASE WHEN state = 'planned' THEN 'expired' ELSE state END
WHERE address <> '' AND expires_at <= :now

-- name: forget_requests
-- Remove the requests for an address.
DELETE FROM subscription_request WHERE digest = ?

-- name: count_requests
-- Count the requests that expired before `before`.
SELECT count(*) FROM subscription_request WHERE expires_at < ?

-- name: purge_requests
-- Remove the requests that expired before `before`.
DELETE FROM subscription_request WHERE expires_at < ?
