-- name: suppress
-- Record that an address must not be used.
-- The first source stays. A suppression that was not sure becomes sure if it is recorded again a day later.
INSERT INTO suppression (digest, reason, kind, shown, source, at, sure) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (digest, reason) DO UPDATE SET sure = 1, source = excluded.source, at = excluded.at
WHERE suppression.sure = 0 AND (excluded.sure = 1 OR excluded.at >= suppression.at + 86400)

-- name: suppressions
-- Read every suppression, the oldest first.
SELECT * FROM suppression ORDER BY at, digest, reason

-- name: suppressed_digests
-- Read the digests of suppressed addresses, and why each is suppressed.
SELECT digest, reason FROM suppression WHERE sure = 1

-- name: suppressions_of
-- Read the suppressions of an address.
SELECT * FROM suppression WHERE digest = ? ORDER BY at, reason

-- name: release
-- Remove the suppressions of an address.
DELETE FROM suppression WHERE digest = ?

-- name: show_no_address
-- Remove the readable part of an address from its suppressions.
-- A person who was forgotten is still not told, and their address is not shown any more.
UPDATE suppression SET shown = '' WHERE digest = ?
