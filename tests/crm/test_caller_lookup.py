"""Looking up who calls, at a real server that answers well, badly, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from broadcast.channels.desk.zendesk import Zendesk
from broadcast.channels.transport import Transport
from broadcast.config.crm_settings import CrmSettings
from broadcast.config.settings import ChannelSettings
from broadcast.crm.caller_lookup import CallerLookup, LookupResult
from broadcast.crm.contact_list import ContactList
from broadcast.crm.service_desk import ServiceDesk
from broadcast.crm.web_service import WebService
from broadcast.model.caller_context import FIELDS, CallerContext, OrderState
from broadcast.model.clock import SystemClock
from tests.harness.answering_server import answering, hangs, says, says_text, trickles

NUMBER = "+4915112345678"
FOUND = {
    "customer": {"lang": "de_AT.UTF-8", "name": "Anna Berger", "vip": True},
    "orders": [{"id": 4711, "status": "sent"}],
}
CRM = CrmSettings(
    origin="broadcast.toml:9: [hotline] crm",
    timeout=0.3,
    fields={
        "locale": "customer.lang",
        "name": "customer.name",
        "vip": "customer.vip",
        "order": "orders.0.id",
        "order_state": "orders.0.status",
    },
    states={"sent": "shipped"},
)


def lookup(url: str, **changes) -> CallerLookup:
    settings = replace(CRM, url=f"{url}/callers?n={{phone}}", **changes)
    return CallerLookup(WebService.from_settings(settings), SystemClock())


async def test_what_the_service_knows_is_found_where_the_fields_say():
    async with answering(says(FOUND)) as server:
        found = await (asking := lookup(server.url)).find(NUMBER)
        await asking.source.close()

    assert found.result is LookupResult.FOUND
    assert found.context == CallerContext(
        locale="de-AT", name="Anna Berger", vip=True, order="4711", order_state=OrderState.SHIPPED
    )
    assert server.asked == ["/callers?n=%2B4915112345678"]


async def test_a_body_keeps_the_number_out_of_the_address():
    settings = replace(CRM, body={"phone": "{phone}", "by": ["hotline"]})
    async with answering(says(FOUND)) as server:
        source = WebService.from_settings(replace(settings, url=f"{server.url}/callers"))
        assert await source.find(NUMBER) is not None
        await source.close()

    assert server.asked == ["/callers"]
    assert server.bodies == [b'{"phone": "+4915112345678", "by": ["hotline"]}']


@pytest.mark.parametrize(
    ("respond", "result"),
    [
        (hangs, LookupResult.LATE),
        (trickles, LookupResult.LATE),
        (says({"error": "x"}, 500), LookupResult.FAILED),
        (says({}, 401), LookupResult.FAILED),
        (says_text("<html>"), LookupResult.FAILED),
        (says_text("{"), LookupResult.FAILED),
        (says_text("[" * 100_000), LookupResult.FAILED),
        (says_text('"' + "x" * 1_000_000 + '"'), LookupResult.FAILED),
        (says(None), LookupResult.FAILED),
        (says({}, 404), LookupResult.NOBODY),
        (says({}), LookupResult.NOBODY),
        (says({"customer": "?", "orders": {"0": [1]}}), LookupResult.NOBODY),
        (says({"customer": {"name": "x" * 500, "lang": ["de"]}}), LookupResult.NOBODY),
    ],
)
async def test_whatever_the_service_does_the_caller_is_a_stranger(respond, result):
    async with answering(respond) as server:
        found = await (asking := lookup(server.url)).find(NUMBER)
        await asking.source.close()

    assert found.result in {result, LookupResult.LATE if result is LookupResult.FAILED else result}
    assert found.context is None
    assert NUMBER not in repr(found)


async def test_a_service_that_is_away_is_left_alone_after_three_failures():
    async with answering(says({}, 500)) as server:
        asking = lookup(server.url)
        results = [(await asking.find(f"{NUMBER}{digit}")).result for digit in range(5)]
        await asking.source.close()

    assert results == [LookupResult.FAILED] * 3 + [LookupResult.LEFT_ALONE] * 2
    assert len(server.asked) == 3


async def test_an_answer_is_remembered_and_a_failure_is_not():
    async with answering(says(FOUND)) as server:
        asking = lookup(server.url)
        assert asking.known(NUMBER) is None
        await asking.find(NUMBER)
        assert asking.known(NUMBER).context.name == "Anna Berger"
        server.respond = says({}, 503)
        await asking.find(f"{NUMBER}1")
        assert asking.known(f"{NUMBER}1") is None
        await asking.source.close()


def test_people_of_a_contacts_file_are_known_at_once(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text(
        "id,name,phone,email,locale,groups,order,order_state\n"
        "1,Anna Berger,+4915112345678,,de,vip,A-4711,ready\n"
        "2,Ben,+4915112345679,ben@muster.example,en,,,\n3,Bea,+4915112345679,bea@muster.example,en,,,\n"
    )
    people = ContactList([path], "DE")
    assert people.known(NUMBER) is None

    assert people.refresh() == ""
    assert people.known(NUMBER) == CallerContext(
        locale="de", name="Anna Berger", vip=True, order="A-4711", order_state=OrderState.READY
    )
    # Nobody can say which of the two calls.
    assert people.known("+4915112345679") == CallerContext(locale="en")


def test_a_contacts_file_that_breaks_leaves_what_was_known(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text(f"id,name,phone\n1,Anna,{NUMBER}\n")
    people = ContactList([path], "DE")
    people.refresh()

    path.write_text("nothing of use\n")

    assert "customers.csv" in people.refresh()
    assert people.refresh() == ""
    assert people.known(NUMBER) == CallerContext(name="Anna")


async def zendesk(url: str) -> CallerLookup:
    options = {"subdomain": "muster", "email": "a@muster.example", "token": "t0ken"}
    settings = ChannelSettings(name="desk", adapter="zendesk", origin="x", base_url=url, options=options)
    adapter = Zendesk.from_settings(settings, Transport(timeout=1.0))
    return CallerLookup(ServiceDesk(adapter, adapter), SystemClock())


async def test_zendesk_knows_the_user_and_the_open_ticket():
    async def respond(request):
        user = {"id": 35436, "name": "Anna Berger", "locale": "de", "tags": ["vip"]}
        results = [user] if "type:user" in request.query["query"] else [{"id": 99}, {"id": 98}]
        return await says({"results": results, "count": len(results)})(request)

    async with answering(respond) as server:
        asking = await zendesk(server.url)
        found = await asking.find(NUMBER)
        await asking.source.close()

    assert found.context == CallerContext(locale="de", name="Anna Berger", vip=True, ticket="99")
    assert server.asked[0] == "/api/v2/search.json?query=type:user+phone:%22%2B4915112345678%22"


async def test_a_number_that_several_users_of_zendesk_share_is_nobodys():
    async with answering(says({"results": [{"id": 1}, {"id": 2}]})) as server:
        asking = await zendesk(server.url)
        found = await asking.find(NUMBER)
        await asking.source.close()

    assert found.result is LookupResult.NOBODY


@pytest.mark.parametrize(
    ("written", "result"),
    [
        ("+49 (151) 1234-5678", LookupResult.FOUND),
        ("0151 12345678", LookupResult.FOUND),
        ("", LookupResult.FOUND),
        ("+49 151 123456", LookupResult.NOBODY),
        ("5678", LookupResult.NOBODY),
    ],
)
async def test_a_user_of_zendesk_with_another_number_is_not_the_caller(written, result):
    async def respond(request):
        user = {"id": 1, "name": "Anna Berger", "phone": written or None}
        found = [user] if "type:user" in request.query["query"] else []
        return await says({"results": found})(request)

    async with answering(respond) as server:
        asking = await zendesk(server.url)
        found = await asking.find(NUMBER)
        await asking.source.close()

    assert found.result is result


def test_every_field_can_be_mapped():
    assert set(CRM.fields) | {"ticket"} == set(FIELDS)
