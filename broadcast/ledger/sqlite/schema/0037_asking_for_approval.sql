-- What people see before they decide (JSON), until when they may decide, how it was decided and why, and the notice
-- by which the people are asked who may approve it.
ALTER TABLE proposal ADD COLUMN shown TEXT NOT NULL DEFAULT '{}';
ALTER TABLE proposal ADD COLUMN valid_until REAL;
ALTER TABLE proposal ADD COLUMN means TEXT;
ALTER TABLE proposal ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE proposal ADD COLUMN asking_id INTEGER REFERENCES notice(id);
CREATE INDEX proposal_asking ON proposal (asking_id) WHERE asking_id IS NOT NULL;
CREATE INDEX proposal_open ON proposal (proposed_at) WHERE state IN ('waiting', 'approved');
