-- In the order of claims, so that each takes the first rows instead of sorting everybody who waits.
DROP INDEX delivery_due;
CREATE INDEX delivery_due ON delivery (channel, notice_id, texts, locale, id, not_before) WHERE state = 'planned';
