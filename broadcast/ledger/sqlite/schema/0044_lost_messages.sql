-- Messages of calls whose answer may be lost. `message` is what was sent, as JSON; it is kept until it is known what became
-- of it. `claimed_at` is when it was about to be sent, and `look_up_at` when the provider is asked about it (NULL: never).
-- `lookups` counts these questions, and `resent` says that it certainly was not sent once and is sent a second time.
ALTER TABLE call_effect ADD COLUMN message TEXT;
ALTER TABLE call_effect ADD COLUMN claimed_at REAL;
ALTER TABLE call_effect ADD COLUMN look_up_at REAL;
ALTER TABLE call_effect ADD COLUMN lookups INTEGER NOT NULL DEFAULT 0;
ALTER TABLE call_effect ADD COLUMN resent INTEGER NOT NULL DEFAULT 0;
CREATE INDEX call_effect_unknown ON call_effect (look_up_at) WHERE state = 'unknown';
