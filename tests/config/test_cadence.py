"""`[cadence]`: what is refused, and what is read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from broadcast.model.incident import Severity

HEAD = """\
[broadcast]
organisation = "Muster"
locale = "de"
timezone = "Europe/Berlin"
[channels.mail]
adapter = "smtp"
[audiences.customers]
lanes = [["mail"]]
[audiences.supervisors]
lanes = [["mail"]]
internal = true
[cadence]
"""


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('customer = { sev1 = "5m" }', "did you mean customers?"),
        ('customers = { sev5 = "5m" }', '"sev5" is not a severity'),
        ('customers = { sev1 = "soon" }', '"soon" is not a duration'),
        ('customers = { sev1 = "0s" }', "leaves no time"),
        ('customers = "15m"', "is not a table of severities"),
        ('remind = "supervisors"', 'write it like "audience:customers"'),
        ('remind = "escalation:duty"', 'there is no escalation "duty"'),
        ('remind = "audience:supervisor"', "did you mean supervisors?"),
        ('remind = "audience:customers"', "[audiences.customers] is not internal"),
        ('before = "0s"', "leaves no time"),
    ],
)
def test_a_mistake_is_named_with_its_line(refusal, line, fault):
    error = refusal(HEAD + line)

    assert "broadcast.toml:13" in str(error)
    assert fault in f"{error} {error.hint}"


def test_it_is_read_by_audience_and_severity(read):
    cadence = read(
        HEAD + 'customers = { sev1 = "10m", sev3 = "none" }\nremind = "audience:supervisors"\nbefore = "2m"\n'
    ).cadence

    assert cadence.spans == {"customers": {Severity.SEV1: timedelta(minutes=10), Severity.SEV3: None}}
    assert (cadence.remind, cadence.before) == ("audience:supervisors", timedelta(minutes=2))
