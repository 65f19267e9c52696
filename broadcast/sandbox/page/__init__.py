"""The sandbox's web page: who received what, in one document without external resources."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from broadcast.sandbox.wire.base import WireAnswer

_HERE = Path(__file__).parent


@cache
def page() -> WireAnswer:
    """Return the page with its style and script, and a policy that allows nothing else.

    The policy also holds for the frames that show received HTML: no script, no external picture, no form.
    """
    style = _read("page.css") + _read("telephone.css")
    script = f"{_read('page.js')}\n{_read('telephone.js')}"
    document = _read("page.html").replace("/* style */", style).replace("/* script */", script)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return WireAnswer(
        status=200, body=document.encode(), content_type="text/html; charset=utf-8", headers=headers
    )


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
