-- name: suppress
-- Keep an address from being used.
-- Who said it first stays. What was not sure becomes so when it is said again a day later.
INSERT INTO suppression (digest, reason, kind, shown, source, at, sure) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (digest, reason) DO UPDATE SET sure = 1, source = excluded.source, at = excluded.at
WHERE suppression.sure = 0 AND (excluded.sure = 1 OR excluded.at >= suppression.at + 86400)

-- name: suppressions
-- Every suppression, the oldest first.
SELECT * FROM suppression ORDER BY at, digest, reason

-- name: suppressed_digests
-- What suppressed addresses are recognised by, and why each is suppressed.
SELECT digest, reason FROM suppression WHERE sure = 1

-- name: suppressions_of
-- What is known against an address.
SELECT * FROM suppression WHERE digest = ? ORDER BY at, reason

-- name: release
-- Let an address be used again.
DELETE FROM suppression WHERE digest = ?

-- name: show_no_address
-- Keep a suppression without its readable address.
-- A person who was forgotten goes on being left alone, and their address is shown to nobody.
UPDATE suppression SET shown = '' WHERE digest = ?
