"""`[approval]`: what is refused, with its correction."""

from __future__ import annotations

import pytest

from broadcast.config.settings import ApprovalSettings
from tests.config.conftest import GENERAL

HEAD = (
    f'{GENERAL}[channels.mail]\nadapter = "smtp"\n[audiences.customers]\nlanes = [["mail"]]\n'
    '[oncall.leads]\ncontacts = ["leads.csv"]\nshifts = []\n[approval]\n'
)


def test_severities_and_audiences_and_who_releases_them_are_read(read):
    settings = read(HEAD + 'needed_for = ["sev1:customers"]\nby = ["oncall:leads", "audience:customers"]')

    assert settings.approval == ApprovalSettings(("sev1:customers",), ("oncall:leads", "audience:customers"))


@pytest.mark.parametrize(
    ("lines", "fault", "fix"),
    [
        (
            'needed_for = ["customers"]\nby = ["oncall:leads"]',
            "does not begin with a severity",
            "sev1:customers",
        ),
        ('needed_for = ["sev5:customers"]\nby = ["oncall:leads"]', "does not begin with a severity", "sev1:"),
        ('needed_for = ["sev1:custmers"]\nby = ["oncall:leads"]', 'no audience "custmers"', "customers"),
        ('needed_for = ["sev1:customers"]\nby = ["oncall:lead"]', 'no rota "lead"', "leads"),
        ('needed_for = ["sev1:customers"]\nby = ["audience:lead"]', 'no audience "lead"', "customers"),
        (
            'needed_for = ["sev1:customers"]\nby = ["leads"]',
            "names neither a rota nor an audience",
            "oncall:",
        ),
        ('needed_for = ["sev1:customers"]', "by is missing", "oncall:leads"),
        ("needed = []", "is not known here", "needed_for"),
        ('by = ["oncall:leads"]\nchannels = ["mial"]', 'no channel "mial"', "mail"),
        ('channels = ["mail"]', "asks nobody without by", "oncall:leads"),
    ],
)
def test_a_mistake_is_named_with_its_correction(refusal, lines, fault, fix):
    error = refusal(HEAD + lines)

    assert "[approval]" in str(error)
    assert fault in str(error)
    assert fix in error.hint
