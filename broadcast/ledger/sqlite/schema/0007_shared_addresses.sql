-- Deliveries of a notice that may lead to one address, which gets the notice once on each channel. `number` stands
-- for the address, and says nothing about it.
CREATE TABLE shared (
    delivery_id INTEGER NOT NULL REFERENCES delivery(id),
    channel     TEXT NOT NULL,
    notice_id   INTEGER NOT NULL REFERENCES notice(id),
    number      INTEGER NOT NULL,
    PRIMARY KEY (delivery_id, channel)
) STRICT, WITHOUT ROWID;

CREATE INDEX shared_address ON shared (notice_id, channel, number);
