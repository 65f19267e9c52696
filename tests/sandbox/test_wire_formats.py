"""The wires against the providers' own descriptions: what one side takes, the other must take too."""

from __future__ import annotations

import functools
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcast.sandbox.providers import all_wires
from broadcast.sandbox.wire.base import WireAnswer, WireRequest
from tests.harness.cases import for_every

SPECS = Path(__file__).parents[3] / "shared" / "specs"
AT = datetime(2026, 5, 4, 9, 12, tzinfo=UTC)
ACCOUNT = "AC" + "5" * 32
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
OAUTH = 'OAuth oauth_consumer_key="a", oauth_token="b", oauth_signature="c"'
CREDENTIALS = {
    "twilio": "Basic QUM1NTU1OnRva2Vu",
    "sendgrid": "Bearer SG.key",
    "x": OAUTH,
    "mastodon": "Bearer token",
    "bluesky": "Bearer token",
    "statuspage": "OAuth key",
    "zendesk": "Basic YWdlbnRAbXVzdGVyLmV4YW1wbGUvdG9rZW46a2V5",
}
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
SMS = {"To": "+491711234567", "From": "+4930231250", "Body": "[INC-1/1] Grüße"}
MAIL: dict[str, Any] = {
    "personalizations": [{"to": [{"email": "a@example.org", "name": "A"}], "custom_args": {"key": "k1"}}],
    "from": {"email": "status@muster.example", "name": "Muster"},
    "subject": "Störung",
    "content": [{"type": "text/plain", "value": "Text"}, {"type": "text/html", "value": "<p>Text</p>"}],
}
INCIDENT = {"name": "Shop", "status": "investigating", "body": "Weg", "metadata": {"broadcast": {"key": "k"}}}
TICKET = {"subject": "Shop", "comment": {"body": "Weg", "public": False}, "external_id": "INC-1:k"}
DID = "did:plc:sandboxsandboxsandboxsan"
POST = "app.bsky.feed.post"
SAID: dict[str, Any] = {
    "$type": POST,
    "text": "Hallo ä https://a.de",
    "createdAt": "2026-05-04T09:12:00.000Z",
    "langs": ["de"],
    "facets": [
        {
            "index": {"byteStart": 9, "byteEnd": 21},
            "features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://a.de"}],
        }
    ],
}
RECORD: dict[str, Any] = {"repo": DID, "collection": POST, "rkey": "3jzfcijpj2z2a", "record": SAID}
CREATE = "/xrpc/com.atproto.repo.createRecord"
SESSION = "/xrpc/com.atproto.server.createSession"
SPELLED_OUT = {
    "twilio": "https://api.twilio.com",
    "sendgrid": "https://api.sendgrid.com",
    "x": "https://api.x.com",
    "mastodon": "https://mastodon.example",
    "bluesky": "https://bsky.social",
    "statuspage": "https://api.statuspage.io/v1",
    "zendesk": "https://example.zendesk.com",
}


@functools.cache
def specification(provider: str):
    path = SPECS / f"{provider}.json"
    if not path.exists():
        pytest.skip(f"the provider descriptions are not here: {path.name}")
    from openapi_core import Config, OpenAPI

    config = Config(extra_media_type_deserializers={"application/problem+json": json.loads})
    document = json.loads(path.read_text(encoding="utf-8"))
    schemes = document.get("components", {}).get("securitySchemes", {})
    for name, scheme in schemes.items():
        if scheme["type"] == "oauth2":  # which arrives as a bearer token; the validator knows only that
            schemes[name] = {"type": "http", "scheme": "bearer"}
    return OpenAPI.from_dict(document, config=config)


def arriving(method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> WireRequest:
    """A request as a wire gets it, here always at the same moment."""
    return WireRequest(method=method, path=path, query=query, headers=headers, body=body, at=AT)


class Talk:
    """One provider's wire, and its official description beside it."""

    def __init__(self, provider: str) -> None:
        self.provider, self.wire = provider, all_wires(frozenset())[provider]

    def ask(self, method: str, path: str, body: object = None, **query: str) -> tuple[WireAnswer, Any]:
        """The wire's answer, and the same request as the description's validator takes it."""
        from openapi_core.testing import MockRequest

        form = self.provider == "twilio"
        data = urlencode(body) if form and isinstance(body, dict) else json.dumps(body)
        content = b"" if body is None else data.encode()
        headers = {"Authorization": CREDENTIALS[self.provider]}
        root = "v1" if self.provider == "statuspage" else ""
        request = arriving(method, f"{root}{path}".lstrip("/"), urlencode(query), headers, content)
        host = SPELLED_OUT[self.provider].removesuffix("/v1")
        shown = MockRequest(
            host,
            method.lower(),
            f"{'/v1' if root else ''}{path}",
            args=query,
            headers=headers,
            data=content or None,
            content_type=FORM if form else JSON,
        )
        return self.wire.answer(request), shown


def is_valid(provider: str, request: Any) -> bool:
    from openapi_core.exceptions import OpenAPIError

    try:
        specification(provider).validate_request(request)
    except OpenAPIError:
        return False
    return True


def validate_answer(provider: str, request: Any, answer: WireAnswer) -> None:
    from openapi_core.testing import MockResponse

    # SendGrid answers "field": null, which its description, written for OpenAPI 3.0, calls nullable in vain.
    body = answer.body.replace(b', "field": null', b"").replace(b', "help": null', b"")
    shown = MockResponse(
        body, status_code=answer.status, headers=dict(answer.headers), content_type=answer.content_type
    )
    specification(provider).validate_response(request, shown)


@for_every(
    ("provider", "method", "path", "body", "status"),
    [
        ("twilio", "POST", MESSAGES, SMS, 201),
        ("twilio", "POST", MESSAGES, {**SMS, "ValidityPeriod": "900"}, 201),
        ("twilio", "GET", MESSAGES, None, 200),
        ("sendgrid", "POST", "/v3/mail/send", MAIL, 202),
        ("x", "POST", "/2/tweets", {"text": "Hallo"}, 201),
        ("x", "GET", "/2/users/me", None, 200),
        ("x", "GET", "/2/users/2244994945/tweets", None, 200),
        ("mastodon", "POST", "/api/v1/statuses", {"status": "Hallo", "language": "de"}, 200),
        ("mastodon", "GET", "/api/v1/accounts/verify_credentials", None, 200),
        ("mastodon", "GET", "/api/v1/accounts/110000000000000001/statuses", None, 200),
        ("mastodon", "GET", "/api/v2/instance", None, 200),
        ("bluesky", "POST", SESSION, {"identifier": "a.example", "password": "p"}, 200),
        ("bluesky", "POST", SESSION, {"identifier": "a.example", "password": "wrong"}, 401),
        ("bluesky", "POST", CREATE, RECORD, 200),
        ("bluesky", "POST", CREATE, {"repo": DID, "collection": POST, "record": SAID}, 200),
        ("statuspage", "POST", "/pages/p1/incidents", {"incident": INCIDENT}, 201),
        ("statuspage", "GET", "/pages/p1/incidents", None, 200),
        ("statuspage", "GET", "/pages/p1/incidents/unresolved", None, 200),
        ("statuspage", "GET", "/pages/p1/components", None, 200),
        ("statuspage", "PATCH", "/pages/p1/components/c1", {"component": {"status": "major_outage"}}, 200),
        ("zendesk", "POST", "/api/v2/tickets", {"ticket": TICKET}, 201),
        ("zendesk", "GET", "/api/v2/tickets", None, 200),
    ],
)
def test_what_the_description_allows_is_accepted_and_answered_in_its_shape(
    provider, method, path, body, status
):
    answer, request = Talk(provider).ask(method, path, body)

    assert is_valid(provider, request)
    assert answer.status == status
    validate_answer(provider, request, answer)


def without(fields: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key != name}


def personal(**fields: Any) -> dict[str, Any]:
    return {**MAIL, "personalizations": [{**MAIL["personalizations"][0], **fields}]}


@for_every(
    ("provider", "path", "body", "status"),
    [
        ("twilio", MESSAGES, without(SMS, "To"), 400),
        ("twilio", MESSAGES, without(SMS, "From"), 400),
        ("twilio", MESSAGES, without(SMS, "Body"), 400),
        ("twilio", MESSAGES, {**SMS, "Body": "x" * 1601}, 400),
        ("sendgrid", "/v3/mail/send", {**MAIL, "personalizations": []}, 400),
        ("sendgrid", "/v3/mail/send", {**MAIL, "personalizations": MAIL["personalizations"] * 1001}, 400),
        ("sendgrid", "/v3/mail/send", without(MAIL, "from"), 400),
        ("sendgrid", "/v3/mail/send", without(MAIL, "content"), 400),
        ("sendgrid", "/v3/mail/send", personal(custom_args={"n": 1}), 400),
        ("sendgrid", "/v3/mail/send", personal(headers={"X-N": 1}), 400),
        ("sendgrid", "/v3/mail/send", personal(to=[]), 400),
        ("x", "/2/tweets", {"text": "a", "reply": {"in_reply_to_tweet_id": "abc"}}, 400),
        ("x", "/2/tweets", {"text": "a", "reply": {}}, 400),
        ("mastodon", "/api/v1/statuses", {}, 422),
        ("mastodon", "/api/v1/statuses", {"status": "a", "visibility": "everybody"}, 422),
        ("bluesky", SESSION, {"identifier": "a.example"}, 400),
        ("bluesky", CREATE, {"repo": DID, "collection": POST}, 400),
        ("statuspage", "/pages/p1/incidents", {}, 422),
        ("statuspage", "/pages/p1/incidents", {"incident": without(INCIDENT, "name")}, 422),
        ("statuspage", "/pages/p1/incidents", {"incident": {**INCIDENT, "name": "x" * 256}}, 422),
        ("statuspage", "/pages/p1/incidents", {"incident": {**INCIDENT, "body": "x" * 25_001}}, 422),
        ("statuspage", "/pages/p1/incidents", {"incident": {**INCIDENT, "status": "broken"}}, 422),
        ("statuspage", "/pages/p1/incidents", {"incident": {**INCIDENT, "metadata": {"key": "k"}}}, 422),
        ("statuspage", "/pages/p1/incidents", {"incident": {**INCIDENT, "components": {"c": "bad"}}}, 422),
        ("statuspage", "/pages/p1/incidents", {"incident": {**INCIDENT, "colour": "red"}}, 422),
        ("zendesk", "/api/v2/tickets", {}, 422),
        ("zendesk", "/api/v2/tickets", {"ticket": without(TICKET, "comment")}, 422),
        ("zendesk", "/api/v2/tickets", {"ticket": {**TICKET, "status": "broken"}}, 422),
        ("zendesk", "/api/v2/tickets", {"ticket": {**TICKET, "tags": "one"}}, 422),
    ],
)
def test_what_the_description_forbids_is_refused(provider, path, body, status):
    answer, request = Talk(provider).ask("POST", path, body)

    assert not is_valid(provider, request)
    assert answer.status == status
    assert not answer.received
    if provider not in {"twilio", "zendesk"}:  # their descriptions have no error answers
        validate_answer(provider, request, answer)


@pytest.mark.parametrize(
    ("provider", "method", "path", "body"),
    [
        ("twilio", "POST", MESSAGES, SMS),
        ("sendgrid", "POST", "/v3/mail/send", MAIL),
        ("x", "POST", "/2/tweets", {"text": "Hallo"}),
        ("mastodon", "POST", "/api/v1/statuses", {"status": "Hallo"}),
        ("bluesky", "POST", CREATE, RECORD),
        ("statuspage", "POST", "/pages/p1/incidents", {"incident": INCIDENT}),
        ("zendesk", "POST", "/api/v2/tickets", {"ticket": TICKET}),
    ],
)
def test_a_wrong_or_missing_credential_is_401(provider, method, path, body):
    wire = all_wires(frozenset())[provider]
    wrong = {
        "twilio": "Basic QUM1NTU1Ondyb25n",  # AC5555:wrong
        "sendgrid": "Bearer wrong",
        "x": OAUTH.replace('"b"', '"wrong"'),
        "mastodon": "Bearer wrong",
        "bluesky": "Bearer wrong",
        "statuspage": "OAuth wrong",
        "zendesk": "Basic YWdlbnRAbXVzdGVyLmV4YW1wbGUvdG9rZW46d3Jvbmc=",
    }[provider]
    root = "v1" if provider == "statuspage" else ""
    asked = [
        arriving(method, (root + path).lstrip("/"), "", headers, json.dumps(body).encode())
        for headers in ({}, {"Authorization": wrong}, {"Authorization": "Nonsense"})
    ]

    assert [wire.answer(one).status for one in asked] == [401, 401, 401]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"To": "+15005550001"}, 21211),
        ({"To": "+15005550002"}, 21612),
        ({"To": "+15005550003"}, 21408),
        ({"To": "+491711230004"}, 21610),
        ({"To": "+15005550009"}, 21614),
        ({"To": "0171 1234567"}, 21211),
        ({"From": "+15005550007"}, 21606),
        ({"From": "+15005550008"}, 21611),
        ({"From": "not a sender at all"}, 21212),
    ],
)
def test_twilio_refuses_numbers_with_its_own_codes(changed, code):
    answer, _ = Talk("twilio").ask("POST", MESSAGES, {**SMS, **changed})

    assert answer.status == 400
    assert json.loads(answer.body)["code"] == code


def test_twilio_finds_a_message_again_by_number_and_by_sid():
    talk = Talk("twilio")
    talk.ask("POST", MESSAGES, SMS)
    talk.ask("POST", MESSAGES, {**SMS, "To": "+491711234568"})
    talk.ask("POST", MESSAGES, {**SMS, "Body": "später"})

    listed, request = talk.ask("GET", MESSAGES, To=SMS["To"], From=SMS["From"], PageSize="1")
    found = json.loads(listed.body)
    sid = found["messages"][0]["sid"]
    fetched, by_sid = talk.ask("GET", MESSAGES.replace(".json", f"/{sid}.json"))
    gone, _ = talk.ask("GET", MESSAGES.replace(".json", "/SM00.json"))

    validate_answer("twilio", request, listed)
    validate_answer("twilio", by_sid, fetched)
    assert [message["body"] for message in found["messages"]] == ["später"]
    assert "Page=1" in found["next_page_uri"]
    assert json.loads(fetched.body)["body"] == "später"
    assert gone.status == 404


def test_twilio_counts_parts_and_keeps_our_reference():
    form = {**SMS, "Body": "ä" * 161, "StatusCallback": "https://us.example/receipt?ref=abc"}

    received = Talk("twilio").ask("POST", MESSAGES, form)[0].received[0]

    assert (received.extra["parts"], received.key) == (2, "abc")


def test_sendgrid_gives_everyone_their_own_text_and_headers():
    mail = {
        **MAIL,
        "subject": "Guten Tag -name-",
        "personalizations": [
            {
                "to": [{"email": f"{name}@example.org", "name": name}],
                "substitutions": {"-name-": name},
                "headers": {"References": "<INC-1.root@x>", "Message-ID": f"<{name}@x>"},
                "custom_args": {"broadcast_key": name},
            }
            for name in ("anna", "ben")
        ],
    }

    answer, request = Talk("sendgrid").ask("POST", "/v3/mail/send", mail)

    assert is_valid("sendgrid", request)
    assert [(r.to, r.subject, r.key, r.thread) for r in answer.received] == [
        ("anna@example.org", "Guten Tag anna", "anna", "<INC-1.root@x>"),
        ("ben@example.org", "Guten Tag ben", "ben", "<INC-1.root@x>"),
    ]
    assert {r.ref for r in answer.received} == {answer.headers["X-Message-Id"]}


@pytest.mark.parametrize(
    "mail",
    [
        personal(headers={"Subject": "x"}),
        personal(headers={"X-Evil": "a\r\nBcc: b@example.org"}),
        personal(subject="a\r\nBcc: b@example.org"),
        personal(to=[{"email": "no address"}]),
        personal(to=[{"email": "a@example.org"}], cc=[{"email": "A@example.org"}]),
        personal(send_at=int(AT.timestamp()) + 73 * 3600),
        personal(custom_args={"a": "x" * 10_001}),
        without(MAIL, "subject"),
    ],
)
def test_sendgrid_refuses_what_only_its_prose_forbids(mail):
    assert Talk("sendgrid").ask("POST", "/v3/mail/send", mail)[0].status == 400


def test_sendgrid_accepts_and_drops_a_suppressed_address():
    wire = all_wires({"a@example.org"})["sendgrid"]
    headers = {"Authorization": CREDENTIALS["sendgrid"]}

    answer = wire.answer(arriving("POST", "v3/mail/send", "", headers, json.dumps(MAIL).encode()))

    assert (answer.status, answer.received) == (202, ())


def test_x_threads_replies_and_refuses_the_same_text_twice():
    talk = Talk("x")
    first = json.loads(talk.ask("POST", "/2/tweets", {"text": "eins"})[0].body)["data"]["id"]
    reply = {"text": "zwei", "reply": {"in_reply_to_tweet_id": first}}

    second, _ = talk.ask("POST", "/2/tweets", reply)
    again, repeated = talk.ask("POST", "/2/tweets", {"text": "eins"})
    lost, _ = talk.ask("POST", "/2/tweets", {"text": "drei", "reply": {"in_reply_to_tweet_id": "42"}})
    blank, _ = talk.ask("POST", "/2/tweets", {"text": " "})
    listed, _ = talk.ask("GET", "/2/users/2244994945/tweets", **{"tweet.fields": "created_at"})

    assert second.received[0].thread == first
    assert json.loads(again.body) == {
        "detail": "You are not allowed to create a Tweet with duplicate content.",
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
    }
    validate_answer("x", repeated, again)
    assert (lost.status, blank.status) == (403, 400)
    assert [(post["text"], post["created_at"]) for post in json.loads(listed.body)["data"]] == [
        ("zwei", "2026-05-04T09:12:00.000Z"),
        ("eins", "2026-05-04T09:12:00.000Z"),
    ]


def test_x_gives_no_field_that_was_not_asked_for():
    talk = Talk("x")
    talk.ask("POST", "/2/tweets", {"text": "eins"})

    listed, _ = talk.ask("GET", "/2/users/2244994945/tweets")

    assert set(json.loads(listed.body)["data"][0]) == {"id", "text", "edit_history_tweet_ids"}


def test_statuspage_updates_an_incident_until_it_is_resolved():
    talk = Talk("statuspage")
    new = json.loads(talk.ask("POST", "/pages/p1/incidents", {"incident": INCIDENT})[0].body)
    path = f"/pages/p1/incidents/{new['id']}"

    patched, request = talk.ask("PATCH", path, {"incident": {"status": "identified", "body": "Gefunden"}})
    silent, _ = talk.ask("PATCH", path, {"incident": {"components": {"c1": "major_outage"}}})
    before = json.loads(talk.ask("GET", "/pages/p1/incidents/unresolved")[0].body)
    talk.ask("PATCH", path, {"incident": {"status": "resolved", "body": "Vorbei"}})
    after = json.loads(talk.ask("GET", "/pages/p1/incidents/unresolved")[0].body)
    shown = json.loads(talk.ask("GET", path)[0].body)
    elsewhere, _ = talk.ask("GET", path.replace("p1", "p2"))

    assert is_valid("statuspage", request)
    validate_answer("statuspage", request, patched)
    assert [one["id"] for one in before] == [new["id"]]
    assert after == []
    assert [update["body"] for update in shown["incident_updates"]] == ["Vorbei", "Gefunden", "Weg"]
    assert shown["metadata"] == {"broadcast": {"key": "k"}}
    assert shown["components"][0]["status"] == "major_outage"
    assert silent.status == 200
    assert elsewhere.status == 404


def test_the_state_of_every_provider_is_restored_from_what_was_received():
    first, again = all_wires(frozenset()), all_wires(frozenset())
    asked = {
        "twilio": ("2010-04-01/Accounts/AC1/Messages.json", urlencode(SMS).encode()),
        "x": ("2/tweets", b'{"text": "Hallo"}'),
        "mastodon": ("api/v1/statuses", b'{"status": "Hallo"}'),
        "bluesky": (CREATE[1:], json.dumps(RECORD).encode()),
        "statuspage": ("v1/pages/p1/incidents", json.dumps({"incident": INCIDENT}).encode()),
        "zendesk": ("api/v2/tickets", json.dumps({"ticket": TICKET}).encode()),
    }
    looked_up = {
        "x": "2/users/2244994945/tweets",
        "mastodon": "api/v1/accounts/110000000000000001/statuses",
        "bluesky": "xrpc/com.atproto.repo.listRecords",
        "statuspage": "v1/pages/p1/incidents",
    }
    queries = {"bluesky": f"repo={DID}&collection={POST}"}
    for name, (path, body) in asked.items():
        headers = {"Authorization": CREDENTIALS[name]}
        for received in first[name].answer(arriving("POST", path, "", headers, body)).received:
            again[name].keep(received)
        look = arriving("GET", looked_up.get(name, path), queries.get(name, ""), headers, b"")

        assert again[name].answer(look).body == first[name].answer(look).body
        assert b"Hallo" in first[name].answer(look).body or name not in {"x", "mastodon", "bluesky"}


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(
            ["personalizations", "to", "from", "email", "content", "headers", "send_at", "cc", "incident",
             "name", "status", "components", "metadata", "text", "reply", "in_reply_to_tweet_id", "subject",
             "visibility", "in_reply_to_id", "language", "comment", "html_body", "tags", "type", "priority",
             "visibility", "in_reply_to_id", "language", "record", "repo", "collection", "rkey", "index",
             "features", "byteStart", "byteEnd", "root", "parent", "uri", "cid", "langs", "facets",
             "mail_settings", "sandbox_mode", "custom_args", "broadcast", "component_ids", "body"]
        ), inner, max_size=6,
    ),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(junk)
def test_no_document_however_odd_breaks_a_wire(document):
    wires = all_wires(frozenset())
    asked = {
        "sendgrid": "v3/mail/send",
        "x": "2/tweets",
        "mastodon": "api/v1/statuses",
        "bluesky": CREATE[1:],
        "statuspage": "v1/pages/p1/incidents",
        "zendesk": "api/v2/tickets",
    }
    bodies = [
        document,
        {**MAIL, "personalizations": [document]},
        {"incident": document},
        {"ticket": document},
        {**RECORD, "record": document},
        {**RECORD, "record": {**SAID, "facets": document, "reply": document}},
    ]
    bodies += (
        [{**MAIL, **document}, {"incident": {**INCIDENT, **document}}, {"ticket": {**TICKET, **document}}]
        if isinstance(document, dict)
        else []
    )

    for name, path in asked.items():
        for body in bodies:
            headers = {"Authorization": CREDENTIALS[name]}
            request = arriving("POST", path, "", headers, json.dumps(body).encode())
            assert wires[name].answer(request).status in {200, 201, 202, 400, 403, 404, 422, 500}
