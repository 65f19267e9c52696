-- A call that we make to keep a call-back is a call, too: `call_back_id` says which. (References both ways would leave no
-- order in which the tables could be made.) Its `caller` is the customer, and its effect of the kind `ring` is the agent who
-- is dialled first: its state is sending, sent, unknown, failed or recorded (nothing more is to be done), and its `details`
-- name the provider's id of that leg.
ALTER TABLE call ADD COLUMN call_back_id INTEGER;
CREATE INDEX call_of_call_back ON call (call_back_id) WHERE call_back_id IS NOT NULL;
