-- Addresses that must not be used, by what they are recognised by: a digest made with the install secret. It
-- begins with a mark of that secret. An address may be suppressed for several reasons; each keeps its own source and time. What is not
-- sure was learnt from one answer that may have been the provider's own trouble.
CREATE TABLE suppression (
    digest BLOB NOT NULL,
    reason TEXT NOT NULL,
    kind   TEXT NOT NULL,
    shown  TEXT NOT NULL,
    source TEXT NOT NULL,
    at     REAL NOT NULL,
    sure   INTEGER NOT NULL,
    PRIMARY KEY (digest, reason)
) STRICT, WITHOUT ROWID;
