"""`contacts list`."""

from __future__ import annotations


def test_addresses_are_masked_unless_asked_for(rehearse):
    masked = rehearse("contacts", "list").stdout
    clear = rehearse("contacts", "list", "--clear-text").stdout

    assert "anna.beispiel@example.com" not in masked
    assert "a•••@example.com" in masked
    assert "anna.beispiel@example.com" in clear
