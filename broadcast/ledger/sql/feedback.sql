-- name: insert_feedback
-- Record what somebody said about an incident.
INSERT INTO feedback (incident_id, call_id, rating, text, locale, given_at)
VALUES (:incident, (SELECT id FROM call WHERE source = :source AND ref = :ref), :rating, :text, :locale, :at)

-- name: call_backs_from_pages
-- How many call-backs were asked for on pages since `since`.
SELECT count(*) AS count FROM call WHERE source = :source AND began_at >= :since

-- name: ratings_of_incident
-- Count the ratings about an incident on its page, and by callers while it was open.
SELECT rating, count(*) AS count FROM (
    SELECT rating FROM feedback WHERE incident_id = :incident
    UNION ALL SELECT rating FROM call WHERE rating IS NOT NULL AND began_at BETWEEN :since AND :until
) AS given GROUP BY rating ORDER BY rating

-- name: ratings_since
-- Count all ratings since `since`, on pages and by callers.
SELECT rating, count(*) AS count FROM (
    SELECT rating FROM feedback WHERE given_at >= :since
    UNION ALL SELECT rating FROM call WHERE rating IS NOT NULL AND began_at >= :since
) AS given GROUP BY rating ORDER BY rating

-- name: forget_feedback
-- Remove the words of a person who asked on a page to be called back.
UPDATE feedback SET text = NULL WHERE call_id IN (SELECT id FROM call WHERE digest = ?)

-- name: purge_feedback
-- Remove the words that were said on pages before `before`.
UPDATE feedback SET text = NULL WHERE given_at < ?

-- name: feedback_texts
-- Read what people said on pages.
SELECT id, text FROM feedback WHERE text IS NOT NULL

-- name: write_feedback_text
-- Replace what somebody said on a page.
UPDATE feedback SET text = :text WHERE id = :id
