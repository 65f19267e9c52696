BEGIN TRANSACTION;
CREATE TABLE attempt (
    id          INTEGER PRIMARY KEY,
    delivery_id INTEGER NOT NULL REFERENCES delivery(id),
    channel     TEXT NOT NULL,
    owner       TEXT NOT NULL,
    started_at  REAL NOT NULL,
    ended_at    REAL,
    outcome     TEXT,
    ref         TEXT,
    reason      TEXT
) STRICT;
INSERT INTO "attempt" VALUES(1,2,'email','c7f01ab82187d74e',1.79593536266368794442e+09,1795935363.09953,'accepted','<457soox57orbcywcalvnjpl5@muster.example>',NULL);
INSERT INTO "attempt" VALUES(2,3,'email','c7f01ab82187d74e',1.79593536266368794442e+09,1795935363.09953,'accepted','<gg7ajczv5giihq3qxds3ip5s@muster.example>',NULL);
INSERT INTO "attempt" VALUES(3,4,'mail','c7f01ab82187d74e',1.79593536266368794442e+09,1.79593536309262609483e+09,'not_sent',NULL,'connect: connection refused');
INSERT INTO "attempt" VALUES(4,1,'site','c7f01ab82187d74e',1.79593536266368794442e+09,1.79593536316583299644e+09,'accepted','i3zuzbdte7zrcj52csqra7r6',NULL);
INSERT INTO "attempt" VALUES(5,4,'mail','c7f01ab82187d74e',1.79593536325368094441e+09,1.79593536328051400188e+09,'not_sent',NULL,'connect: connection refused');
INSERT INTO "attempt" VALUES(6,4,'mail','c7f01ab82187d74e',1.79593536367526197435e+09,1.79593536368951797481e+09,'not_sent',NULL,'connect: connection refused');
INSERT INTO "attempt" VALUES(7,4,'mail','c7f01ab82187d74e',1.79593536477374196048e+09,1.79593536479608297342e+09,'not_sent',NULL,'connect: connection refused');
CREATE TABLE breaker (
    channel   TEXT PRIMARY KEY,
    opened_at REAL NOT NULL,
    reason    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE delivery (
    id           INTEGER PRIMARY KEY,
    notice_id    INTEGER NOT NULL REFERENCES notice(id),
    audience     TEXT NOT NULL,
    texts        TEXT NOT NULL,
    locale       TEXT NOT NULL,
    lane         INTEGER NOT NULL,
    contact      TEXT NOT NULL,
    recipient_id INTEGER REFERENCES recipient(id),
    route        TEXT NOT NULL,
    step         INTEGER NOT NULL,
    channel      TEXT NOT NULL,
    required     INTEGER NOT NULL,
    state        TEXT NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,
    lookups      INTEGER NOT NULL DEFAULT 0,
    not_before   REAL NOT NULL DEFAULT 0,
    owner        TEXT,
    ref          TEXT,
    reason       TEXT,
    updated_at   REAL NOT NULL,
    UNIQUE (notice_id, lane, audience, contact)
) STRICT;
INSERT INTO "delivery" VALUES(1,1,'customers','public','de',1,'channel:site',NULL,'["site"]',0,'site',1,'accepted',1,0,0.0,NULL,'i3zuzbdte7zrcj52csqra7r6',NULL,1.79593536316583299644e+09);
INSERT INTO "delivery" VALUES(2,1,'customers','customers','de',0,'c1',1,'["email"]',0,'email',1,'accepted',1,0,0.0,NULL,'<457soox57orbcywcalvnjpl5@muster.example>',NULL,1795935363.09953);
INSERT INTO "delivery" VALUES(3,1,'customers','customers','de',0,'c2',2,'["email"]',0,'email',1,'accepted',1,0,0.0,NULL,'<gg7ajczv5giihq3qxds3ip5s@muster.example>',NULL,1795935363.09953);
INSERT INTO "delivery" VALUES(4,1,'technical','technical','de',0,'t1',3,'["mail"]',0,'mail',1,'held',4,0,0.0,NULL,NULL,'connect: connection refused',1.79593536479608297342e+09);
CREATE TABLE event (
    id          INTEGER PRIMARY KEY,
    incident_id INTEGER REFERENCES incident(id),
    notice_id   INTEGER REFERENCES notice(id),
    at          REAL NOT NULL,
    kind        TEXT NOT NULL,
    channel     TEXT,
    detail      TEXT NOT NULL
) STRICT;
CREATE TABLE failover (
    notice_id   INTEGER NOT NULL REFERENCES notice(id),
    origin      TEXT NOT NULL,
    destination TEXT NOT NULL,
    reason      TEXT NOT NULL,
    count       INTEGER NOT NULL,
    first_at    REAL NOT NULL,
    PRIMARY KEY (notice_id, origin, destination, reason)
) STRICT, WITHOUT ROWID;
CREATE TABLE health (
    system     TEXT PRIMARY KEY,
    state      TEXT NOT NULL,
    since      REAL NOT NULL,
    source     TEXT NOT NULL,
    reason     TEXT NOT NULL,
    checked_at REAL NOT NULL,
    streak     INTEGER NOT NULL,
    expires_at REAL NOT NULL,
    dismissed  INTEGER NOT NULL DEFAULT 0,
    draft      TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE TABLE incident (
    id             INTEGER PRIMARY KEY,
    ref            TEXT NOT NULL UNIQUE,
    title          TEXT NOT NULL,
    phase          TEXT NOT NULL,
    severity       TEXT NOT NULL,
    services       TEXT NOT NULL,
    drill          INTEGER NOT NULL,
    started_at     REAL NOT NULL,
    detected_at    REAL NOT NULL,
    opened_at      REAL NOT NULL,
    ended_at       REAL,
    next_update_at REAL
) STRICT;
INSERT INTO "incident" VALUES(1,'INC-1','Kasse gestört','investigating','sev2','[]',0,1.79593536228442502019e+09,1.79593536228442502019e+09,1.79593536228442502019e+09,NULL,1795937160.0);
CREATE TABLE message (
    id         INTEGER PRIMARY KEY,
    notice_id  INTEGER NOT NULL REFERENCES notice(id),
    audience   TEXT NOT NULL,
    locale     TEXT NOT NULL,
    kind       TEXT NOT NULL,
    subject    TEXT,
    text       TEXT NOT NULL,
    html       TEXT,
    slots      TEXT NOT NULL,
    UNIQUE (notice_id, audience, locale, kind)
) STRICT;
INSERT INTO "message" VALUES(1,1,'customers','de','email','[Störung] Kasse gestört','Gestört seit 07:56 Uhr: Kasse gestört.
Wir suchen die Ursache.

So erreichen Sie uns jetzt:
- Telefon: +49 30 23125000
- Web: https://muster.example

Was wir tun:
Wir suchen die Ursache.
Nächste Information: 08:26 Uhr.

Die Störung tut uns leid.

--
Muster [INC-1/1]
Stand: So 29.11. 07:56 Uhr (MEZ)
Aktueller Stand: https://muster.example','<!doctype html>
<html lang="de">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no">
<title>[Störung] Kasse gestört</title>
<style>
  :root { color-scheme: light dark; }
  body { margin: 0; padding: 0; background: #eef1f4; color: #1c2530; -webkit-text-size-adjust: 100%; }
  body, td, p, li, h1, h2, a { font-family: -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
  .preview { display: none; max-height: 0; overflow: hidden; mso-hide: all; }
  .page { width: 100%; background: #eef1f4; }
  .outer { padding: 24px 12px; }
  .card { width: 100%; max-width: 600px; margin: 0 auto; background: #ffffff; border-radius: 12px; overflow: hidden; }
  .stripe { height: 6px; line-height: 6px; font-size: 0; background: #b42318; }
  .head { padding: 28px 32px 0; }
  .from { margin: 0 0 20px; font-size: 15px; line-height: 22px; font-weight: 600; color: #4b5867; }
  .badge { display: inline-block; padding: 3px 12px; border-radius: 999px; font-size: 14px; line-height: 22px; font-weight: 600; background: #fdeceA; color: #8f1c13; }
  h1 { margin: 12px 0 8px; font-size: 25px; line-height: 32px; font-weight: 700; letter-spacing: -0.01em; color: #111820; }
  .meta { margin: 0; font-size: 15px; line-height: 24px; color: #4b5867; }
  .meta b { color: #1c2530; font-weight: 600; white-space: nowrap; }
  .text { padding: 20px 32px 8px; }
  .text p, .text li { font-size: 17px; line-height: 27px; }
  .text p { margin: 0 0 16px; }
  .text h2 { margin: 24px 0 6px; font-size: 15px; line-height: 22px; font-weight: 600; color: #4b5867; }
  .text ul { margin: 0 0 16px; padding: 0 0 0 20px; }
  .text li { margin: 0 0 4px; padding: 0; }
  .doors { padding: 8px 32px 32px; }
  .door { display: inline-block; margin: 0 8px 8px 0; padding: 12px 22px; border: 1px solid #1c2530; border-radius: 8px; font-size: 16px; line-height: 22px; font-weight: 600; text-decoration: none; }
  .first { background: #1c2530; color: #ffffff; }
  .second { background: #ffffff; color: #1c2530; }
  .foot { padding: 18px 32px 22px; border-top: 1px solid #dfe4ea; font-size: 14px; line-height: 22px; color: #4b5867; }
  .exercise { padding: 12px 32px; background: #ffd84d; color: #1c1600; font-size: 16px; line-height: 24px; font-weight: 700; text-align: center; letter-spacing: 0.12em; }
  .watch .stripe { background: #b7791f; } .watch .badge { background: #fdf3d7; color: #6d4505; }
  .fixed .stripe { background: #18794e; } .fixed .badge { background: #e2f5eb; color: #0f5436; }
  .notice .stripe { background: #2458b8; } .notice .badge { background: #e6eefb; color: #173f8a; }
  .drill .stripe { background: #ffd84d; } .drill .badge { background: #fff3c2; color: #4d3d00; }
  @media (max-width: 480px) {
    .outer { padding: 0; }
    .card { border-radius: 0; }
    .head { padding: 22px 20px 0; } .text { padding: 18px 20px 4px; } .doors { padding: 8px 20px 24px; } .foot { padding: 16px 20px 22px; }
    h1 { font-size: 22px; line-height: 29px; }
    .door { display: block; margin: 0 0 10px; text-align: center; }
  }
  @media (prefers-color-scheme: dark) {
    body, .page { background: #0d1117; color: #e6eaf0; }
    .card { background: #171d26; }
    h1, .meta b { color: #f4f6f9; }
    .from, .meta, .text h2, .foot { color: #a7b2c0; }
    .foot { border-top-color: #2b3442; }
    .first { background: #e6eaf0; color: #111820; border-color: #e6eaf0; }
    .second { background: #171d26; color: #e6eaf0; border-color: #566274; }
    .badge { background: #45160f; color: #ffc9c2; } .stripe { background: #f0635a; }
    .watch .badge { background: #3d2c08; color: #f7d98f; } .watch .stripe { background: #e0a83c; }
    .fixed .badge { background: #0f3524; color: #a9e6c6; } .fixed .stripe { background: #3fb37f; }
    .notice .badge { background: #14294f; color: #bdd3fb; } .notice .stripe { background: #6b9bf2; }
    .drill .badge { background: #3d3205; color: #ffe58a; } .drill .stripe { background: #ffd84d; }
  }
</style>
</head>
<body>
<div class="preview">
Nächste Information: 08:26 Uhr. Kasse gestört
</div>
<table role="presentation" class="page outage" cellpadding="0" cellspacing="0" border="0">
<tr><td class="outer" align="center">
<table role="presentation" class="card" cellpadding="0" cellspacing="0" border="0" align="center">
<tr><td class="stripe">&nbsp;</td></tr>
<tr><td class="head" align="left">
<p class="from">Muster</p>
<span class="badge">Störung</span>
<h1>Kasse gestört</h1>
<p class="meta">Stand: <b>So 29.11. 07:56 Uhr (MEZ)</b>
<br>Nächste Information: <b>08:26 Uhr</b>
</p>
</td></tr>
<tr><td class="text" align="left">
<p>Gestört seit 07:56 Uhr: Kasse gestört.<br>Wir suchen die Ursache.</p>
<h2>So erreichen Sie uns jetzt</h2>
<ul><li>Telefon: +49 30 23125000</li><li>Web: https://muster.example</li></ul>
<h2>Was wir tun</h2>
<p>Wir suchen die Ursache.<br>Nächste Information: 08:26 Uhr.</p>
<p>Die Störung tut uns leid.</p>
</td></tr>
<tr><td class="doors" align="left">
<a class="door first" href="https://muster.example">Aktueller Stand</a>
<a class="door second" href="tel:+493023125000">Anrufen: +49 30 23125000</a>
</td></tr>
<tr><td class="foot" align="left">Muster [INC-1/1]</td></tr>
</table>
</td></tr>
</table>
</body>
</html>','[]');
INSERT INTO "message" VALUES(2,1,'public','de','page','Kasse gestört','Gestört seit 07:56 Uhr: Kasse gestört.
Wir suchen die Ursache.

So erreichen Sie uns jetzt:
- Telefon: +49 30 23125000
- Web: https://muster.example

Was wir tun:
Wir suchen die Ursache.
Nächste Information: 08:26 Uhr.

Die Störung tut uns leid.

Muster [INC-1/1], Stand So 29.11. 07:56 Uhr (MEZ)',NULL,'[]');
INSERT INTO "message" VALUES(3,1,'public','en','page','Kasse gestört','Down since 07:56: Kasse gestört.
Wir suchen die Ursache.

How to reach us now:
- Phone: +49 30 23125000
- Web: https://muster.example

What we are doing:
We are looking for the cause.
Next update: 08:26.

We are sorry about this.

Muster [INC-1/1], as of Sun 29 Nov 07:56 (CET)',NULL,'[]');
INSERT INTO "message" VALUES(4,1,'technical','de','email','[SEV2 INC-1] Störung: Kasse gestört','Gestört seit 07:56 Uhr: Kasse gestört. Die Ursache wird gesucht.

Befund:
- Meldung: Kasse gestört.
- Beginn: So 29.11. 07:56 Uhr, bemerkt um 07:56 Uhr.
- Reichweite: Noch offen.
- Wirkung: Noch offen.
- Vermutung: Noch offen.
- Daten: Noch offen.

Arbeit:
- Maßnahme: Noch offen.

Das sagen wir nach außen:
Wir suchen die Ursache.

Nächste Information: 08:26 Uhr.

--
Muster [INC-1/1]
Stand: So 29.11. 07:56 Uhr (MEZ)
Aktueller Stand: https://muster.example','<!doctype html>
<html lang="de">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no">
<title>[SEV2 INC-1] Störung: Kasse gestört</title>
<style>
  :root { color-scheme: light dark; }
  body { margin: 0; padding: 0; background: #eef1f4; color: #1c2530; -webkit-text-size-adjust: 100%; }
  body, td, p, li, h1, h2, a { font-family: -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
  .preview { display: none; max-height: 0; overflow: hidden; mso-hide: all; }
  .page { width: 100%; background: #eef1f4; }
  .outer { padding: 24px 12px; }
  .card { width: 100%; max-width: 600px; margin: 0 auto; background: #ffffff; border-radius: 12px; overflow: hidden; }
  .stripe { height: 6px; line-height: 6px; font-size: 0; background: #b42318; }
  .head { padding: 28px 32px 0; }
  .from { margin: 0 0 20px; font-size: 15px; line-height: 22px; font-weight: 600; color: #4b5867; }
  .badge { display: inline-block; padding: 3px 12px; border-radius: 999px; font-size: 14px; line-height: 22px; font-weight: 600; background: #fdeceA; color: #8f1c13; }
  h1 { margin: 12px 0 8px; font-size: 25px; line-height: 32px; font-weight: 700; letter-spacing: -0.01em; color: #111820; }
  .meta { margin: 0; font-size: 15px; line-height: 24px; color: #4b5867; }
  .meta b { color: #1c2530; font-weight: 600; white-space: nowrap; }
  .text { padding: 20px 32px 8px; }
  .text p, .text li { font-size: 17px; line-height: 27px; }
  .text p { margin: 0 0 16px; }
  .text h2 { margin: 24px 0 6px; font-size: 15px; line-height: 22px; font-weight: 600; color: #4b5867; }
  .text ul { margin: 0 0 16px; padding: 0 0 0 20px; }
  .text li { margin: 0 0 4px; padding: 0; }
  .doors { padding: 8px 32px 32px; }
  .door { display: inline-block; margin: 0 8px 8px 0; padding: 12px 22px; border: 1px solid #1c2530; border-radius: 8px; font-size: 16px; line-height: 22px; font-weight: 600; text-decoration: none; }
  .first { background: #1c2530; color: #ffffff; }
  .second { background: #ffffff; color: #1c2530; }
  .foot { padding: 18px 32px 22px; border-top: 1px solid #dfe4ea; font-size: 14px; line-height: 22px; color: #4b5867; }
  .exercise { padding: 12px 32px; background: #ffd84d; color: #1c1600; font-size: 16px; line-height: 24px; font-weight: 700; text-align: center; letter-spacing: 0.12em; }
  .watch .stripe { background: #b7791f; } .watch .badge { background: #fdf3d7; color: #6d4505; }
  .fixed .stripe { background: #18794e; } .fixed .badge { background: #e2f5eb; color: #0f5436; }
  .notice .stripe { background: #2458b8; } .notice .badge { background: #e6eefb; color: #173f8a; }
  .drill .stripe { background: #ffd84d; } .drill .badge { background: #fff3c2; color: #4d3d00; }
  @media (max-width: 480px) {
    .outer { padding: 0; }
    .card { border-radius: 0; }
    .head { padding: 22px 20px 0; } .text { padding: 18px 20px 4px; } .doors { padding: 8px 20px 24px; } .foot { padding: 16px 20px 22px; }
    h1 { font-size: 22px; line-height: 29px; }
    .door { display: block; margin: 0 0 10px; text-align: center; }
  }
  @media (prefers-color-scheme: dark) {
    body, .page { background: #0d1117; color: #e6eaf0; }
    .card { background: #171d26; }
    h1, .meta b { color: #f4f6f9; }
    .from, .meta, .text h2, .foot { color: #a7b2c0; }
    .foot { border-top-color: #2b3442; }
    .first { background: #e6eaf0; color: #111820; border-color: #e6eaf0; }
    .second { background: #171d26; color: #e6eaf0; border-color: #566274; }
    .badge { background: #45160f; color: #ffc9c2; } .stripe { background: #f0635a; }
    .watch .badge { background: #3d2c08; color: #f7d98f; } .watch .stripe { background: #e0a83c; }
    .fixed .badge { background: #0f3524; color: #a9e6c6; } .fixed .stripe { background: #3fb37f; }
    .notice .badge { background: #14294f; color: #bdd3fb; } .notice .stripe { background: #6b9bf2; }
    .drill .badge { background: #3d3205; color: #ffe58a; } .drill .stripe { background: #ffd84d; }
  }
</style>
</head>
<body>
<div class="preview">
Nächste Information: 08:26 Uhr. Kasse gestört
</div>
<table role="presentation" class="page outage" cellpadding="0" cellspacing="0" border="0">
<tr><td class="outer" align="center">
<table role="presentation" class="card" cellpadding="0" cellspacing="0" border="0" align="center">
<tr><td class="stripe">&nbsp;</td></tr>
<tr><td class="head" align="left">
<p class="from">Muster</p>
<span class="badge">Störung</span>
<h1>Kasse gestört</h1>
<p class="meta">Stand: <b>So 29.11. 07:56 Uhr (MEZ)</b>
<br>Nächste Information: <b>08:26 Uhr</b>
</p>
</td></tr>
<tr><td class="text" align="left">
<p>Gestört seit 07:56 Uhr: Kasse gestört. Die Ursache wird gesucht.</p>
<h2>Befund</h2>
<ul><li>Meldung: Kasse gestört.</li><li>Beginn: So 29.11. 07:56 Uhr, bemerkt um 07:56 Uhr.</li><li>Reichweite: Noch offen.</li><li>Wirkung: Noch offen.</li><li>Vermutung: Noch offen.</li><li>Daten: Noch offen.</li></ul>
<h2>Arbeit</h2>
<ul><li>Maßnahme: Noch offen.</li></ul>
<h2>Das sagen wir nach außen</h2>
<p>Wir suchen die Ursache.</p>
<p>Nächste Information: 08:26 Uhr.</p>
</td></tr>
<tr><td class="doors" align="left">
<a class="door first" href="https://muster.example">Aktueller Stand</a>
<a class="door second" href="tel:+493023125000">Anrufen: +49 30 23125000</a>
</td></tr>
<tr><td class="foot" align="left">Muster [INC-1/1]</td></tr>
</table>
</td></tr>
</table>
</body>
</html>','[]');
CREATE TABLE notice (
    id             INTEGER PRIMARY KEY,
    incident_id    INTEGER NOT NULL REFERENCES incident(id),
    sequence       INTEGER NOT NULL,
    kind           TEXT NOT NULL,
    phase          TEXT NOT NULL,
    facts          TEXT NOT NULL,
    content_hash   TEXT NOT NULL,
    key            TEXT UNIQUE,
    inputs_hash    TEXT NOT NULL,
    author         TEXT NOT NULL,
    created_at     REAL NOT NULL,
    next_update_at REAL,
    finished_at    REAL,
    result         TEXT,
    UNIQUE (incident_id, sequence)
) STRICT;
INSERT INTO "notice" VALUES(1,1,1,'initial','investigating','{"action": null, "affects": [], "alternatives": [{"hours": [], "kind": "phone", "value": "+49 30 23125000"}, {"hours": [], "kind": "link", "value": "https://muster.example"}], "as_of": "2026-11-29T07:56:02.284425+01:00", "cause": null, "corrects": null, "cut_off": false, "data_loss": null, "detected": "2026-11-29T07:56:02.284425+01:00", "drill": false, "ended": null, "hotline": "+49 30 23125000", "impact": null, "kind": "initial", "link": "https://muster.example", "message": "Wir suchen die Ursache.", "next_update": "2026-11-29T08:26:00+01:00", "organisation": "Muster", "phase": "investigating", "ref": "INC-1", "scope": null, "sequence": 1, "services": [], "severity": "sev2", "severity_before": null, "started": "2026-11-29T07:56:02.284425+01:00", "text_phase": "investigating", "title": "Kasse gestört", "variables": [], "window_ends": null, "wording": []}','cd115065a906e67c83338f36759d4d5fdb3a7d0fe51b5b0d037ddd1728247a28',NULL,'20aeaf08cf6929823cadc6ced274423556edcfd764e90a129b86bdee8bb440d3','root',1.79593536263006401058e+09,1795937160.0,1.79593536482237100607e+09,'{"schema": "broadcast.result/1", "incident": "INC-1", "notice": 1, "kind": "initial", "phase": "investigating", "drill": false, "key": null, "replayed": false, "changed": true, "exit_code": 4, "sent_anything": true, "counts": {"planned": 4, "accepted": 3, "delivered": 0, "unknown": 0, "failed": 0, "suppressed": 0, "held": 1}, "channels": [{"name": "email", "adapter": "sendgrid", "state": "ok", "counts": {"planned": 2, "accepted": 2, "delivered": 0, "unknown": 0, "failed": 0, "suppressed": 0, "held": 0}, "ref": null, "thread": null, "attempts": 2, "reason": null}, {"name": "mail", "adapter": "smtp", "state": "held", "counts": {"planned": 1, "accepted": 0, "delivered": 0, "unknown": 0, "failed": 0, "suppressed": 0, "held": 1}, "ref": null, "thread": null, "attempts": 4, "reason": "connect: connection refused"}, {"name": "site", "adapter": "site", "state": "ok", "counts": {"planned": 1, "accepted": 1, "delivered": 0, "unknown": 0, "failed": 0, "suppressed": 0, "held": 0}, "ref": "i3zuzbdte7zrcj52csqra7r6", "thread": "INC-1", "attempts": 1, "reason": null}], "failovers": [], "next_update": "2026-11-29T08:26:00+01:00", "warnings": ["the next update is promised for 08:26 (sev2 default); change it with --next-update 30m, 14:30 or none", "readers in en get the message as it was typed; translate it with -v message.en=\"...\"", "not reached: Tina (t\u2022\u2022\u2022@muster.example): held, connect: connection refused"], "next": ["broadcast retry INC-1", "broadcast update INC-1 -m \"...\" --next-update 30m", "broadcast log INC-1"]}');
CREATE TABLE pace (
    channel      TEXT PRIMARY KEY,
    full_at      REAL NOT NULL DEFAULT 0,
    paused_at    REAL NOT NULL DEFAULT 0,
    paused_until REAL NOT NULL DEFAULT 0,
    reason       TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE TABLE recipient (
    id         INTEGER PRIMARY KEY,
    digest     TEXT NOT NULL UNIQUE,
    contact    TEXT NOT NULL,
    name       TEXT NOT NULL,
    phone      TEXT,
    email      TEXT,
    extra      TEXT NOT NULL
) STRICT;
INSERT INTO "recipient" VALUES(1,'6ca5f78bfc30bebe77a47c67bf2529452c6d5549a2fde8576d535b3b40080ca9','c1','Anna',NULL,'anna@kunden.example','{}');
INSERT INTO "recipient" VALUES(2,'1df18b1507f3e33ec564cc9cb149769714ca752125a1ff61ab48521c93690f26','c2','Bert',NULL,'bert@kunden.example','{}');
INSERT INTO "recipient" VALUES(3,'a0180902fbb6db91dcb4fa281b881d56743cd4e2f1eca05d14aafb622aaa06ff','t1','Tina',NULL,'tina@muster.example','{}');
CREATE TABLE status_page (
    url       TEXT PRIMARY KEY,
    asked_at  REAL NOT NULL,
    etag      TEXT NOT NULL DEFAULT '',
    condition TEXT NOT NULL DEFAULT 'not known',
    detail    TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
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
CREATE TABLE thread (
    incident_id INTEGER NOT NULL REFERENCES incident(id),
    channel     TEXT NOT NULL,
    contact     TEXT NOT NULL,
    root        TEXT NOT NULL,
    last        TEXT NOT NULL,
    PRIMARY KEY (incident_id, channel, contact)
) STRICT, WITHOUT ROWID;
INSERT INTO "thread" VALUES(1,'email','c1','<INC-1.root@muster.example>','<457soox57orbcywcalvnjpl5@muster.example>');
INSERT INTO "thread" VALUES(1,'email','c2','<INC-1.root@muster.example>','<gg7ajczv5giihq3qxds3ip5s@muster.example>');
INSERT INTO "thread" VALUES(1,'site','channel:site','INC-1','i3zuzbdte7zrcj52csqra7r6');
CREATE INDEX delivery_unknown ON delivery (channel, notice_id, not_before) WHERE state = 'unknown';
CREATE INDEX delivery_sending ON delivery (notice_id, owner) WHERE state = 'sending';
CREATE INDEX delivery_contact ON delivery (contact, notice_id);
CREATE INDEX attempt_delivery ON attempt (delivery_id);
CREATE INDEX delivery_due ON delivery (channel, notice_id, texts, locale, id, not_before) WHERE state = 'planned';
COMMIT;
PRAGMA application_id=1111703891;
PRAGMA user_version=5;
