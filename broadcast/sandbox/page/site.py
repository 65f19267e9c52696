"""The rehearsal's status page, served as by a web server."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from broadcast.sandbox.wire.base import WireAnswer

#: Its path.
SITE = "/_sandbox/site/"
_INDEX = "index.html"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".atom": "application/atom+xml",
    ".xml": "application/xml",
    ".ics": "text/calendar; charset=utf-8",
    ".json": "application/json",
}
# Another origin, so that the page cannot use the sandbox's control interface.
_HEADERS = {
    "Content-Security-Policy": "sandbox allow-scripts allow-popups",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def has_site(folder: Path | None) -> bool:
    """Return whether a status page was written in this rehearsal."""
    return folder is not None and (folder / _INDEX).is_file()


def site_file(folder: Path | None, path: str) -> WireAnswer:
    """Return the file at `path`, which begins with `SITE`; 404 for files that are not part of the page."""
    name = unquote(path.removeprefix(SITE)) or _INDEX
    if folder is not None and "\x00" not in name:
        file = (folder / name).resolve()
        kind = _TYPES.get(file.suffix)
        if kind and file.is_relative_to(folder.resolve()) and file.is_file():
            return WireAnswer(status=200, body=file.read_bytes(), content_type=kind, headers=_HEADERS)
    return WireAnswer(
        status=404, body=b"the status page has no such file\n", content_type="text/plain", headers=_HEADERS
    )
