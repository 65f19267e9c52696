"""One corpus, four rules: each difference between them stands here as a decision."""

import pytest

from broadcast.model.redaction import mask_addresses, redact_addresses, redact_quotation, redact_values

SAME = None  # the rule leaves the text as it is

#: A text, and what remains: in the ledger, after somebody was forgotten, in a report, in a bug report.
CORPUS = [
    # An address goes everywhere; a report keeps enough to recognise it.
    (
        "invalid number +4915112345678",
        "invalid number …",
        "invalid number •••",
        "invalid number +49 151 ••• 78",
        "invalid number •••",
    ),
    ("<anna.meyer@firma.de> unknown", "… unknown", "<•••> unknown", "<a•••@firma.de> unknown", "••• unknown"),
    ("anna@müller.example", "…", "•••", "a•••@müller.example", "•••"),
    # Providers quote numbers as we sent them, in E.164: any other may be an order, which a report keeps.
    ("call 0151 1234-5678", "call …", "call •••", SAME, "call 0151 •••"),
    ("(030) 23125000 is busy", "(… is busy", "(••• is busy", SAME, "••• ••• is busy"),
    ("order 1234567", "order …", "order •••", SAME, "order •••"),
    ("order 4711", SAME, SAME, SAME, SAME),
    # A mailbox without a domain belongs to a machine: a report keeps it.
    ("mail root@localhost", "mail …", "mail •••", SAME, "mail •••"),
    # Dates in ISO form are ours and stay in the ledger; other dates look like telephone numbers.
    ("at 2026-11-29 14:05", "at …:05", SAME, SAME, "at ••• •••"),
    ("21.5.2026, 14:30", "…, 14:30", "•••, 14:30", SAME, "••• •••"),
    ("port 127.0.0.1:2525", "port …:2525", SAME, SAME, "port •••"),
    ("HTTP 429, retry in 30 s", SAME, SAME, SAME, SAME),
    ("INC-7/2", SAME, SAME, SAME, "•••"),
    # Credentials are removed where they come in, so later rules need not know them.
    ("token: abc", "…", SAME, SAME, SAME),
    ("Authorization: Bearer xoxb-1", "Authorization: …", SAME, SAME, "Authorization: Bearer •••"),
    ("SG.abcdefghijklmnopqrstuvwxyz", "…", SAME, SAME, "•••"),
    ("https://hooks.example/T0/B0/x1y2", "…", SAME, SAME, "•••"),
    # A bug report may be published: quoted text, and what is not a plain word, may be data.
    ("No name 'anna' in {'phone': 1}", SAME, SAME, SAME, "No name ••• in {•••: 1}"),
    ("Betreffzeilenlänge", SAME, SAME, SAME, "•••"),
    ("unsupported operand", SAME, SAME, SAME, SAME),
    # No rule knows names: `Scrubber` gets those of the people to forget.
    ("Anna Meyer was not reached", SAME, SAME, SAME, SAME),
]


@pytest.mark.parametrize(
    ("text", "ledger", "forgotten", "report", "bug"), CORPUS, ids=[row[0] for row in CORPUS]
)
def test_what_each_rule_leaves(text, ledger, forgotten, report, bug):
    left = (redact_quotation(text), redact_addresses(text), mask_addresses(text), redact_values(text))

    assert left == tuple(text if kept is SAME else kept for kept in (ledger, forgotten, report, bug))


@pytest.mark.parametrize("rule", [redact_quotation, redact_addresses, mask_addresses, redact_values])
@pytest.mark.parametrize("address", ["+4915112345678", "anna.meyer@firma.de"])
@pytest.mark.parametrize("around", ["{}", "to <{}>: no", '"{}"', "a,{},b", "x={};", "({})"])
def test_no_rule_lets_an_address_through(rule, address, around):
    assert address not in rule(around.format(address))
