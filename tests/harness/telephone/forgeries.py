"""Requests that Twilio never sent, some that it did, and requests that are sent once more.

for post in posts(origin, "/voice/answer/0", token, form):
    answer = await send(session, server, post)
    assert (answer == 200) is post.is_genuine, post.name
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import quote, urlencode

import aiohttp
from multidict import MultiDict
from twilio.request_validator import RequestValidator
from yarl import URL

from tests.harness.telephone.platform import TelephonePlatform
from tests.harness.telephone.transcript import Exchange, Transcript

FORM = "application/x-www-form-urlencoded"
ATTACKER = "https://boese.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One request; `is_genuine` says whether Twilio could have sent it."""

    name: str
    path: str
    body: bytes
    signature: str | None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = FORM
    method: str = "POST"
    is_genuine: bool = False


def posts(origin: str, path: str, token: str, form: Mapping[str, str]) -> list[Post]:
    """Return genuine and forged requests to a path; `form` is added to the fields that the cases need."""
    fields = {
        "CallSid": f"CA{'f' * 32}",
        "Digits": "",
        "CallerName": "Anna ",
        "SpeechResult": "grüße & <b>küsse</b>",
        **form,
    }
    return [*_genuine(origin, path, token, fields), *_forged(origin, path, token, fields)]


def _sign(token: str, url: str, form: Mapping[str, str], algorithm: str | None = None) -> str:
    return RequestValidator(token).compute_signature(url, form, algorithm)


def _genuine(origin: str, path: str, token: str, form: Mapping[str, str]) -> list[Post]:
    body, right = urlencode(form).encode(), _sign(token, origin + path, form)
    other_order = urlencode(dict(reversed(list(form.items())))).encode()
    more = {**form, "ZFieldOfTomorrow": "new"}
    percent = urlencode(form, quote_via=quote).encode()
    extended = f"{path}{'&' if '?' in path else '?'}x=%C3%BC&y="
    return [
        Post(name="as it is", path=path, body=body, signature=right, is_genuine=True),
        Post(name="fields in another order", path=path, body=other_order, signature=right, is_genuine=True),
        Post(name="blanks as %20", path=path, body=percent, signature=right, is_genuine=True),
        Post(
            name="a field that is new at Twilio",
            path=path,
            body=urlencode(more).encode(),
            signature=_sign(token, origin + path, more),
            is_genuine=True,
        ),
        Post(
            name="signed with the port",
            path=path,
            body=body,
            signature=_sign(token, f"{origin}:443{path}", form),
            is_genuine=True,
        ),
        Post(
            name="a charset in the content type",
            path=path,
            body=body,
            signature=right,
            content_type=f"{FORM}; charset=UTF-8",
            is_genuine=True,
        ),
        Post(
            name="a query",
            path=extended,
            body=body,
            signature=_sign(token, origin + extended, form),
            is_genuine=True,
        ),
    ]


def _forged(origin: str, path: str, token: str, form: Mapping[str, str]) -> list[Post]:
    body, right = urlencode(form).encode(), _sign(token, origin + path, form)
    json_body = b'{"CallSid": "CA1", "Digits": "0"}'
    hashed = f"{path}?bodySHA256={sha256(json_body).hexdigest()}"
    twice = MultiDict([*form.items(), ("Digits", "0")])

    def post(name: str, **changed: object) -> Post:
        return Post(**{"name": name, "path": path, "body": body, "signature": right, **changed})  # type: ignore[arg-type]  # the table names the fields

    def signed(name: str, url: str, **changed: object) -> Post:
        return post(name, signature=_sign(token, url, form), **changed)

    def edited(name: str, **changed: str | None) -> Post:
        fields = {key: value for key, value in {**form, **changed}.items() if value is not None}
        return post(name, body=urlencode(fields).encode())

    spoofed = {"Host": "boese.example", "X-Forwarded-Host": "boese.example", "X-Forwarded-Proto": "https"}
    algorithm = "X-Twilio-Webhooks-Signature-Settings"
    return [
        post("no signature", signature=None),
        post("an empty signature", signature=""),
        post("half a signature", signature=right[:14]),
        post("a signature in other case", signature=right.swapcase()),
        post("another token", signature=_sign(token[::-1], origin + path, form)),
        post("an empty token", signature=_sign("", origin + path, form)),
        signed("another path", f"{origin}/voice/goodbye/9"),
        signed("another scheme", f"{origin.replace('https:', 'http:')}{path}"),
        signed("another host that headers claim", ATTACKER + path, headers=spoofed),
        post("a query that was added", path=f"{path}{'&' if '?' in path else '?'}r=9"),
        edited("a field that was changed", CallSid=f"CA{'0' * 32}"),
        edited("a field that was added", Injected="yes"),
        edited("an empty field that was dropped", Digits=None),
        edited("a value that was trimmed", CallerName=form["CallerName"].strip()),
        post("a field that came twice", body=urlencode(list(twice.items())).encode()),
        post("a body that is empty", body=b""),
        post("the fields of a GET", method="GET", body=b"", path=f"{path}?{body.decode()}"),
        post(
            "JSON with its own hash",
            path=hashed,
            body=json_body,
            signature=_sign(token, origin + path, {}),
            content_type="application/json",
        ),
        post("an algorithm that only the sender knows", headers={algorithm: "key=x,algorithm=HMAC_MD5"}),
        post(
            "an algorithm that is not set up",
            headers={algorithm: "key=x,algorithm=HMAC_SHA256"},
            signature=_sign("", origin + path, form, "HMAC_SHA256"),
        ),
    ]


async def send(session: aiohttp.ClientSession, server: str, post: Post) -> int:
    """Send one of them; return the status."""
    headers = {"Content-Type": post.content_type, **post.headers}
    if post.signature is not None:
        headers["X-Twilio-Signature"] = post.signature
    url = URL(server + post.path, encoded=True)
    data = post.body or None
    async with session.request(post.method, url, data=data, headers=headers, allow_redirects=False) as got:
        await got.read()
        return got.status


async def replay(platform: TelephonePlatform, call: Transcript) -> list[tuple[Exchange, int, bytes]]:
    """Send every POST of a call once more, as it was signed; return each with the new status and body."""
    assert platform.session, "enter the platform first"
    found = []
    for one in call.exchanges:
        if one.method != "POST":
            continue
        post = Post(
            name="replay",
            path=one.url.removeprefix(platform.origin),
            body=urlencode(one.form).encode(),
            signature=_sign(platform.token, one.url, one.form),
        )
        headers = {"Content-Type": FORM, "X-Twilio-Signature": post.signature or ""}
        url = URL(platform.server + post.path, encoded=True)
        async with platform.session.post(url, data=post.body, headers=headers) as got:
            found.append((one, got.status, await got.read()))
    return found


def differing(call: Transcript, copies: int = 2) -> list[str]:
    """Return where a repeated request of a platform with `copies` was answered otherwise at first."""
    told = []
    for first in range(0, len(call.exchanges), copies):
        group = call.exchanges[first : first + copies]
        assert {one.url for one in group} == {group[0].url}, "the platform sent no copies"
        if len({(one.status, one.body) for one in group}) > 1:
            told.append(f"{group[0].url}: " + " / ".join(one.text for one in group))
    return told
