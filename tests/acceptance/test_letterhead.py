"""Address, imprint and privacy notice, from the configuration to whoever reads a mail or the page."""

from __future__ import annotations

import json

GIVEN = {
    "BROADCAST_FOOTER": "Musterstraße 1, 10115 Berlin",
    "BROADCAST_IMPRINT_URL_DE": "https://muster.de/impressum",
    "BROADCAST_IMPRINT_URL_EN": "https://muster.de/imprint",
    "BROADCAST_PRIVACY_URL": "https://muster.de/datenschutz",
}
FOOT = [
    "Muster Handel, Musterstraße 1, 10115 Berlin",
    "Impressum: https://muster.de/impressum",
    "Datenschutz: https://muster.de/datenschutz",
]


def test_a_mail_has_them_in_the_preview_and_where_templates_are_tried(rehearse):
    shown = rehearse("notify", "Chat down", "-a", "customers", "--dry-run", "-o", "json", env=GIVEN)
    tried = rehearse("template", "render", "email", "--lang", "en", env=GIVEN)

    mails = [one["text"] for one in json.loads(shown.stdout)["texts"] if one["kind"] == "email"]
    assert mails
    assert all(set(FOOT) <= set(mail.splitlines()) for mail in mails if "Statusseite" in mail)
    assert "Imprint: https://muster.de/imprint" in tried.stdout


def test_the_page_has_them_at_its_foot(broadcast, page_only):
    outcome = broadcast("notify", "Chat down", "--yes", env=GIVEN)

    assert outcome.returncode == 0, outcome.stderr
    german, english = (page_only / name for name in ("index.html", "en/index.html"))
    assert FOOT[0] in german.read_text(encoding="utf-8")
    assert 'href="https://muster.de/impressum">Impressum</a>' in german.read_text(encoding="utf-8")
    assert 'href="https://muster.de/imprint">Imprint</a>' in english.read_text(encoding="utf-8")


def test_a_wrong_address_is_named_before_anything_is_sent(broadcast, page_only):
    file = page_only.parent / "broadcast.toml"
    text = file.read_text(encoding="utf-8").replace(
        "[ledger]", '[broadcast.imprint_url]\nen = "muster.de"\n\n[ledger]'
    )
    file.write_text(text, encoding="utf-8")

    checked = broadcast("config", "check")

    assert checked.returncode == 6
    assert "broadcast.toml:8: [broadcast.imprint_url] en: is not an http or https address" in checked.stderr
