-- A channel that publishes has one thread in an incident, whichever lane led there.
DELETE FROM thread WHERE contact LIKE 'channel:%' AND contact <> 'channel:' || channel
  AND EXISTS (SELECT 1 FROM thread AS own WHERE own.incident_id = thread.incident_id
              AND own.channel = thread.channel AND own.contact = 'channel:' || thread.channel);
UPDATE OR IGNORE thread SET contact = 'channel:' || channel WHERE contact LIKE 'channel:%';
