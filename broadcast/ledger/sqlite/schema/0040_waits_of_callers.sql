-- The hotline asks every two seconds who waits and how long others waited, whatever the ledger holds.
CREATE INDEX call_asked ON call (asked_at) WHERE asked_at IS NOT NULL;
CREATE INDEX call_acceptance_accepted ON call_acceptance (accepted_at);
