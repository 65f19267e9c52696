-- name: set_expiry
-- Record when the texts of a notice expire.
UPDATE notice SET expires_at = ? WHERE id = ?

-- name: expire
-- Give up what a notice still owes: its texts are too old to be true.
UPDATE delivery SET state = 'expired', reason = 'it could not be sent before it expired', owner = NULL, updated_at = :now
WHERE notice_id = :notice AND state IN ('planned', 'held')
