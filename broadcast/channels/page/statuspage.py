"""Incidents on an Atlassian Statuspage: one for each of our incidents, updated in place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import ClassVar, Self
from urllib.parse import quote

from broadcast.channels.lookup import (
    Likeness,
    Listed,
    ListPage,
    found_among,
    likeness,
    look_through,
    moment,
    unfound,
)
from broadcast.channels.options import Shapes, matching, table, token, words
from broadcast.channels.page.components import conditions
from broadcast.channels.page.incident import STATUSES, incident_fields, text_fields
from broadcast.channels.responses import (
    failure,
    health,
    json_object,
    json_objects,
    objects,
    text_of,
    unreadable,
)
from broadcast.channels.transport import Answer, NoReply, Reply, Transport
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.channel import Capabilities, ChannelKind, Idempotency, Threading
from broadcast.model.outcome import Accepted, Outcome, Probe, Rejected, Thread, Unknown
from broadcast.model.outgoing import Attempted, Outgoing

_BASE_URL = "https://api.statuspage.io/v1"
_PAGE = 100
#: The answer for an incident that was deleted
#: (https://developer.statuspage.io, "Update an incident", read 2026-11-29).
_GONE = frozenset({404, 410})
#: The answer if a field cannot be used, for example a component that is not on the page.
_UNUSABLE = frozenset({400, 422})


class Statuspage:
    """One page of Statuspage."""

    name: ClassVar[str] = "statuspage"
    capabilities: ClassVar[Capabilities] = Capabilities(
        kind=ChannelKind.PAGE,
        address=None,
        threading=Threading.EDIT,
        idempotency=Idempotency.LOOKUP,
        rate=1.0,  # per API token; above it Statuspage answers 420 or 429
        concurrency=1,
        fate=("statuspage",),
    )
    options: ClassVar[frozenset[str]] = frozenset({"api_key", "page_id", "components"})
    target: ClassVar[tuple[str, ...]] = ("page_id",)
    shapes: ClassVar[Shapes] = {"api_key": token, "page_id": words, "components": table}
    identifiers: ClassVar[Shapes] = {
        "page_id": matching(
            "[a-z0-9]+", "the id of a page", "it stands in the address of the page's settings: /pages/ID/..."
        )
    }

    def __init__(self, settings: ChannelSettings, transport: Transport) -> None:
        root = (settings.base_url or _BASE_URL).rstrip("/")
        self._page = f"{root}/pages/{quote(settings.required('page_id'), safe='')}"
        self._headers = {
            "Authorization": f"OAuth {settings.required('api_key')}",
            "Content-Type": "application/json",
        }
        self._components = _components(settings)
        self._transport = transport

    @classmethod
    def from_settings(cls, settings: ChannelSettings, transport: Transport) -> Self:
        """Build it; needs api_key and page_id. components maps service names to component ids."""
        return cls(settings, transport)

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Create the incident, or update it."""
        return [await self._write(outgoing) for outgoing in batch]

    async def find(self, attempts: Sequence[Attempted]) -> Sequence[Outcome]:
        """Look for our keys, and for the texts of updates."""
        return [await self._look_up(attempt) for attempt in attempts]

    async def probe(self) -> Probe:
        """Ask for the page."""
        return health(await self._ask("GET", ""))

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    async def show_services(self, outgoing: Outgoing) -> str | None:
        """Set the incident's components one by one, without notifying subscribers."""
        failed = []
        for id_, status in conditions(outgoing, self._components).items():
            path = f"/components/{quote(id_, safe='')}"
            answer = await self._ask("PATCH", path, {"component": {"status": status}})
            if isinstance(answer, NoReply) or not answer.success:
                failed.append(f"{id_} to {status}")
        return f"set these components by hand: {', '.join(failed)}" if failed else None

    async def _write(self, outgoing: Outgoing) -> Outcome:
        thread, components = outgoing.thread, conditions(outgoing, self._components)
        warnings = []
        answer = await self._put(outgoing, thread, components)
        if thread and _refuses(answer, _GONE) and _refuses(await self._ask("GET", _path(thread)), _GONE):
            warnings.append(f"the incident {thread.root} was deleted from the page; a new one was opened")
            thread = None
            answer = await self._put(outgoing, None, components)
        if components and _refuses(answer, _UNUSABLE) and (unknown := await self._unknown(components)):
            warnings.append(f"the page has no component {', '.join(unknown)}: not set; correct `components`")
            components = {id_: status for id_, status in components.items() if id_ not in unknown}
            answer = await self._put(outgoing, thread, components)
        outcome = _outcome(answer, thread)
        if thread and _refuses(answer, _UNUSABLE):
            return await self._say(outgoing, thread, outcome)
        if warnings and isinstance(outcome, Accepted):
            return replace(outcome, warning="; ".join(warnings))
        return outcome

    async def _say(self, outgoing: Outgoing, thread: Thread, refused: Outcome) -> Outcome:
        """Add only the text, because the page refuses the new state; set the components separately."""
        document = {"incident": text_fields(outgoing)}
        outcome = _outcome(await self._ask("PATCH", _path(thread), document), thread)
        if not isinstance(outcome, Accepted):
            return refused
        reason = refused.reason if isinstance(refused, Rejected) else "refused"
        state = f"set {thread.root} to {STATUSES[outgoing.headline.phase]} by hand"
        warnings = (f"the page has the text, but {state}: {reason}", await self.show_services(outgoing))
        return replace(outcome, warning="; ".join(filter(None, warnings)))

    async def _put(self, outgoing: Outgoing, thread: Thread | None, components: Mapping[str, str]) -> Answer:
        """Create the incident, or update that of the thread."""
        document = {"incident": incident_fields(outgoing, components, opens=thread is None)}
        if thread is None:
            return await self._ask("POST", "/incidents", document)
        return await self._ask("PATCH", _path(thread), document)

    async def _unknown(self, wanted: Iterable[str]) -> list[str]:
        """Return the components that the page certainly does not have."""
        answer = await self._ask("GET", f"/components?per_page={_PAGE}")
        listed = json_objects(answer) if isinstance(answer, Reply) and answer.success else None
        if listed is None or len(listed) >= _PAGE:
            return []
        known = {text_of(one, "id") for one in listed}
        return [id_ for id_ in wanted if id_ not in known]

    async def _look_up(self, attempt: Attempted) -> Outcome:
        thread = attempt.outgoing.thread
        if thread is not None:
            answer = await self._ask("GET", _path(thread))
            if not _refuses(answer, _GONE):
                return _found_update(answer, attempt, thread)
        number = count(1)

        async def ask(following: str) -> Answer:
            return await self._ask("GET", f"/incidents?limit={_PAGE}&page={following or 1}")

        def read(answer: Answer) -> ListPage | None:
            return _listed(answer, attempt.outgoing, next(number))

        found = await look_through(attempt, ask, read, "the page has no such incident")
        if not isinstance(found, Listed):
            return found
        return _accepted(found.document, None, "found on the page") or Unknown("look-up failed: no id")

    async def _ask(self, method: str, path: str, document: Mapping[str, object] | None = None) -> Answer:
        body = None if document is None else json.dumps(document).encode()
        return await self._transport.exchange(method, self._page + path, headers=self._headers, body=body)


def _outcome(answer: Answer, thread: Thread | None) -> Outcome:
    if isinstance(answer, NoReply):
        return failure(answer)
    document = json_object(answer)
    if answer.success:
        return _accepted(document, thread) or unreadable(answer, "incident id")
    return failure(answer, detail=_explained(document))


def _explained(document: Mapping[str, object]) -> str:
    """Return Statuspage's own reason: a text, or a list of texts for fields."""
    errors = document.get("error")
    listed = "; ".join(one for one in errors if isinstance(one, str)) if isinstance(errors, list) else ""
    return listed or text_of(document, "message") or text_of(document, "error")


def _path(thread: Thread) -> str:
    return f"/incidents/{quote(thread.root, safe='')}"


def _refuses(answer: Answer, statuses: frozenset[int]) -> bool:
    return isinstance(answer, Reply) and answer.status in statuses


def _accepted(
    incident: Mapping[str, object], thread: Thread | None, detail: str | None = None
) -> Accepted | None:
    root = text_of(incident, "id")
    if not root:
        return None
    updates = objects(incident.get("incident_updates")) or [{}]
    last = text_of(updates[0], "id") or root  # newest first
    return Accepted(last, Thread(thread.root if thread else root, last), detail)


def _listed(answer: Answer, outgoing: Outgoing, page: int) -> ListPage | None:
    """Return a page of incidents, counted from 1."""
    incidents = json_objects(answer) if isinstance(answer, Reply) and answer.success else None
    if incidents is None:
        return None
    listed = [Listed(one, moment(one, "created_at"), _likeness(one, outgoing)) for one in incidents]
    return ListPage(listed, str(page + 1) if len(incidents) >= _PAGE else "")


def _likeness(incident: Mapping[str, object], outgoing: Outgoing) -> Likeness:
    """Return how an incident compares with ours, by key or text: an update replaces the first key."""
    if _key(incident) == outgoing.key:
        return Likeness.SAME_KEY
    alike = [one.likeness for one in _updates(incident, outgoing)]
    return Likeness.SAME_MARK if Likeness.SAME_MARK in alike else Likeness.OTHER


def _found_update(answer: Answer, attempt: Attempted, thread: Thread) -> Outcome:
    shown = json_object(answer) if isinstance(answer, Reply) and answer.success else {}
    if objects(shown.get("incident_updates")) is None or not isinstance(answer, Reply):
        return unfound(answer)
    if _key(shown) == attempt.outgoing.key:
        return _accepted(shown, thread, "found on the page") or unfound(answer)
    updates = _updates(shown, attempt.outgoing)
    found = found_among(updates, attempt, answer, "the incident has no such update")
    if not isinstance(found, Listed):
        return found
    last = text_of(found.document, "id")
    return Accepted(last, Thread(thread.root, last), "found on the page") if last else unfound(answer)


def _updates(incident: Mapping[str, object], outgoing: Outgoing) -> list[Listed]:
    updates = objects(incident.get("incident_updates")) or []
    return [
        Listed(one, moment(one, "created_at"), likeness(outgoing, text_of(one, "body"), keeps_words=True))
        for one in updates
    ]


def _key(shown: Mapping[str, object]) -> str:
    metadata = shown.get("metadata")
    ours = metadata.get("broadcast") if isinstance(metadata, dict) else None
    return text_of(ours, "key") if isinstance(ours, dict) else ""


def _components(settings: ChannelSettings) -> dict[str, str]:
    table = settings.options.get("components", {})
    if isinstance(table, Mapping) and all(isinstance(value, str) for value in table.values()):
        return {str(name).casefold(): value for name, value in table.items()}
    raise ConfigError(
        f"{settings.place('components')}: components must be a table of component ids",
        hint='write components = { checkout = "abc123" }',
    )
