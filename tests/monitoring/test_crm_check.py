"""`doctor` asks where callers are looked up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from broadcast.config.load import load
from broadcast.model.check import CheckVerdict
from broadcast.monitoring.crm_check import check_crm
from tests.config.test_hotline import CHANNELS, LEAST
from tests.harness.answering_server import answering, hangs, says


@pytest.fixture
def hotline(tmp_path):
    def settings(crm: str):
        (tmp_path / "broadcast.toml").write_text(f"{CHANNELS}[hotline]\n{LEAST}crm = {crm}\n")
        return load(None, {}, tmp_path)

    return settings


@pytest.mark.parametrize(
    ("respond", "verdict", "detail"),
    [
        (says({}, 404), CheckVerdict.OK, "it answers within 0.3 s"),
        (says({"name": "Anna"}), CheckVerdict.WARN, "it knows somebody under a number that nobody has"),
        (says({}, 401), CheckVerdict.WARN, "it fails: HTTP 401"),
        (hangs, CheckVerdict.WARN, "0.3 s"),
    ],
)
async def test_a_service_is_asked_for_a_number_that_nobody_has(hotline, respond, verdict, detail):
    async with answering(respond) as crm:
        (check,) = await check_crm(hotline(f'{{ url = "{crm.url}/{{phone}}", timeout = "300ms" }}'))

    assert (check.subject, check.verdict) == ("hotline crm", verdict)
    assert detail in check.detail


async def test_a_contacts_file_is_read(hotline, tmp_path):
    settings = hotline('{ contacts = "customers" }')
    (missing,) = await check_crm(settings)
    (tmp_path / "customers.csv").write_text("id,name,phone\n1,Anna,+4915112345678\n")
    (found,) = await check_crm(settings)

    assert missing.verdict is CheckVerdict.WARN
    assert "customers.csv" in missing.detail
    assert (found.verdict, found.detail) == (
        CheckVerdict.OK,
        "something is known of 1 person with a phone number",
    )


async def test_without_crm_nothing_is_asked(hotline):
    settings = hotline('{ contacts = "customers" }')

    assert await check_crm(replace(settings, calls=None)) == []
