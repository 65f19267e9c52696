"""All publications: the page's whole memory, one file of updates without private data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain, repeat
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from broadcast.channels.page.site.words import drill_word
from broadcast.localisation.language import language_of
from broadcast.model.incident import Phase, Service, Severity
from broadcast.model.message import Message
from broadcast.model.notice import ContactPoint, NoticeKind
from broadcast.model.outgoing import Headline, Outgoing
from broadcast.model.situation import Situation

SCHEMA = "broadcast.site/1"
_AGAIN = "-again-"

#: What a field is called in the file of updates, where that differs: pages in use have it there.
_STORED_AS = {"contact_points": "ways"}
#: Characters that HTML and XML may not have: control characters and lone surrogates.
_ILLEGIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_UNSAFE_IN_PATHS = re.compile(r"[^A-Za-z0-9_-]+")
#: The situation of an update of which only the phase is known.
_USUAL = {
    Phase.INVESTIGATING: Situation.INVESTIGATING,
    Phase.IDENTIFIED: Situation.IDENTIFIED,
    Phase.MONITORING: Situation.MONITORING,
    Phase.RESOLVED: Situation.RESOLVED,
    Phase.RETRACTED: Situation.RETRACTION,
    Phase.SCHEDULED: Situation.SCHEDULED,
    Phase.IN_PROGRESS: Situation.IN_PROGRESS,
    Phase.COMPLETED: Situation.COMPLETED,
    Phase.CANCELLED: Situation.CANCELLED,
}
_LEADING_TAG = re.compile(r"^\s*\[[^\]]*\]\s*")


class StateDamaged(ValueError):
    """The file is not a page's memory, or comes from a newer version."""


@dataclass(frozen=True, slots=True)
class PublishedText:
    """The words in one language; `title` is empty if the message has no subject."""

    locale: str
    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One notice as the page stores it. `key` is the delivery's; `incident` names its page.

    `identity` is the incident's in its ledger, empty if it has none.
    `services` are known by the name that was published, with their names in each language.
    Texts of an exercise have no drill word: its pages are marked as a whole. Times are UTC; `zone` is the
    organisation's, in which they are shown. `started` and `ended` are None if they are not known. `situation`
    is None in updates of older versions. `corrects` is when the statement was published that this one
    withdraws. `extent` is `part` if only a part is down. `contact_points` are those beside the hotline;
    `cut_off` says that there is none.
    """

    key: str
    incident: str
    sequence: int
    kind: NoticeKind
    phase: Phase
    severity: Severity
    title: str
    organisation: str
    services: tuple[Service, ...]
    zone: str
    as_of: datetime
    started: datetime | None
    ended: datetime | None
    window_ends: datetime | None
    next_update: datetime | None
    link: str | None
    hotline: str | None
    texts: tuple[PublishedText, ...]
    window_starts: datetime | None = None
    identity: str = ""
    situation: Situation | None = None
    corrects: datetime | None = None
    extent: str | None = None
    contact_points: tuple[ContactPoint, ...] = ()
    cut_off: bool = False

    def says_as(self, other: Update) -> bool:
        """Return whether both are the same statement about the same event."""
        return (self.title, self.started, self.texts) == (other.title, other.started, other.texts)

    @property
    def tells(self) -> Situation:
        """Its situation for readers."""
        if self.situation:
            return self.situation
        if self.phase is Phase.CANCELLED and self.started:
            return Situation.ABANDONED
        reopens = self.kind is NoticeKind.RETRACTION and not self.phase.closed
        return Situation.REOPENED if reopens else _USUAL[self.phase]

    @property
    def exercise(self) -> bool:
        """Whether readers are told only that it is, or was, a test."""
        return self.tells in {Situation.DRILL, Situation.DRILL_OVER}

    @property
    def anchor(self) -> str:
        """The fragment of this update on its incident's page."""
        return f"update-{path_safe(self.key)}"

    def text(self, language: str) -> PublishedText:
        """Return the words in `language`, else as first written."""
        for text in self.texts:
            if language_of(text.locale) == language:
                return text
        return self.texts[0]


@dataclass(frozen=True, slots=True)
class State:
    """Every update ever published here, in order of publication."""

    updates: tuple[Update, ...] = ()

    def find(self, outgoing: Outgoing) -> Update | None:
        """Return the update for this message; another text with the same key is not it."""
        wanted = update_from(outgoing, "")
        return next((one for one in self._under(outgoing.key) if self._is(one, wanted)), None)

    def of(self, incident: str) -> tuple[Update, ...]:
        """Return an incident's updates, oldest first."""
        return _ordered([update for update in self.updates if update.incident == incident])

    def incidents(self) -> tuple[str, ...]:
        """Return the incidents in the order of their first publication."""
        return tuple(dict.fromkeys(update.incident for update in self.updates))

    def published(self, outgoing: Outgoing) -> tuple[State, Update]:
        """Return this state with `outgoing`; an update that is there already keeps its position."""
        if known := self.find(outgoing):
            update = replace(update_from(outgoing, known.incident), key=known.key)
            return State(tuple(update if one is known else one for one in self.updates)), update
        taken = len(self._under(outgoing.key))
        update = update_from(outgoing, self._home(outgoing, another=taken > 0))
        if taken:
            update = replace(update, key=f"{update.key}{_AGAIN}{taken}")
        return State((*self.updates, update)), update

    def namesakes(self, ref: str) -> list[str]:
        """Return the incidents with the reference `ref`, from any ledger."""
        name = path_safe(ref)
        pattern = re.compile(rf"{re.escape(name)}(?:{_AGAIN}\d+)?")
        return [incident for incident in self.incidents() if pattern.fullmatch(incident)]

    def others_open(self, update: Update) -> tuple[str, ...]:
        """Return open incidents of other ledgers with the same reference."""
        ref = update.incident.partition(_AGAIN)[0]
        others = (one for one in self.namesakes(ref) if one != update.incident)
        return tuple(incident for incident in others if not self._closed(incident))

    def _home(self, outgoing: Outgoing, *, another: bool) -> str:
        """Return the incident of an update; `another` says that its key was used for another text.

        A ledger that was lost, or restored from a backup, counts again from an earlier number. So an opening
        with a known reference is another incident and must not be added to the old one.
        """
        head = outgoing.headline
        if outgoing.thread:
            return path_safe(outgoing.thread.root)
        taken = self.namesakes(head.incident)
        own = [incident for incident in taken if self.of(incident)[0].identity == head.identity]
        if own and not another and not (self._closed(own[-1]) and head.sequence <= 1):
            return own[-1]
        return f"{path_safe(head.incident)}{_AGAIN}{len(taken)}" if taken else path_safe(head.incident)

    def _under(self, key: str) -> list[Update]:
        """Return the updates with this key, from any ledger."""
        pattern = re.compile(rf"{re.escape(key)}(?:{_AGAIN}\d+)?")
        return [update for update in self.updates if pattern.fullmatch(update.key)]

    def _is(self, published: Update, wanted: Update) -> bool:
        """Return whether they are the same notice.

        A command that is repeated with its key and an empty ledger begins later.
        """
        if published.says_as(wanted):
            return True
        same = bool(wanted.identity) and published.identity == wanted.identity
        return same and not self._closed(published.incident)

    def _closed(self, incident: str) -> bool:
        return self.of(incident)[-1].phase.closed


def update_from(outgoing: Outgoing, incident: str) -> Update:
    """Return the update that the page stores for a message."""
    head = outgoing.headline
    return Update(
        key=outgoing.key,
        incident=incident,
        sequence=head.sequence,
        kind=head.kind,
        phase=head.phase,
        severity=head.severity,
        title=_bare(legible(head.title), head, outgoing.message.locale),
        organisation=legible(head.organisation),
        services=tuple(map(_service, head.services)),
        zone=_zone_of(head),
        as_of=head.as_of.astimezone(UTC),
        started=_utc(head.started),
        window_starts=_utc(head.window_starts),
        ended=_utc(head.ended),
        window_ends=_utc(head.window_ends),
        next_update=_utc(head.next_update),
        link=head.link and legible(head.link),
        hotline=head.hotline and legible(head.hotline),
        texts=tuple(_text(message, head) for message in (outgoing.message, *outgoing.translations)),
        identity=head.identity,
        situation=head.situation or _of_exercise(head),
        corrects=_utc(head.corrects),
        extent=head.extent,
        contact_points=tuple(_contact_point(each) for each in head.alternatives),
        cut_off=head.cut_off,
    )


def dump(state: State) -> str:
    """Return the state as JSON."""
    document = {"schema": SCHEMA, "updates": [_record(update) for update in state.updates]}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def load(text: str) -> State:
    """Return the state from its JSON; raises `StateDamaged`."""
    try:
        document = json.loads(text)
        if document["schema"] != SCHEMA:
            raise StateDamaged(f"its schema is {document['schema']!r}, not {SCHEMA!r}")
        return State(tuple(_update(record) for record in document["updates"]))
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise StateDamaged(f"{type(error).__name__}: {error}") from error
    except ValueError as error:
        raise StateDamaged(str(error)) from error


def legible(text: str) -> str:
    """Return the text without characters that no document may have."""
    return _ILLEGIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def path_safe(name: str) -> str:
    """Return the name in a form for paths, links and element ids."""
    return _UNSAFE_IN_PATHS.sub("-", name).strip("-") or "incident"


def _ordered(published: Sequence[Update]) -> tuple[Update, ...]:
    """Return an incident's updates in the order in which they apply, from the order of publication.

    The numbers decide, because an update may be published late. But a number that is used again, in an update
    written later than all others, is from a ledger that was restored from a backup: what the lost ledger
    published after that number no longer applies.
    """
    branch, last, latest = 0, 0, None
    placed = []
    for update in published:
        if latest and update.sequence <= last and update.as_of > latest:
            branch, last = branch + 1, 0
        placed.append(((branch, update.sequence, update.as_of), update))
        last = max(last, update.sequence)
        latest = max(latest or update.as_of, update.as_of)
    return tuple(update for _, update in sorted(placed, key=itemgetter(0)))


def _text(message: Message, head: Headline) -> PublishedText:
    title = _bare(legible(message.subject or ""), head, message.locale)
    body = _bare(legible(message.text).strip(), head, message.locale)
    return PublishedText(legible(message.locale), _LEADING_TAG.sub("", title).strip(), body)


def _service(service: Service) -> Service:
    """Return a service as the page knows it: by its English name, which the provider's API publishes."""
    names = tuple((language_of(locale), legible(name)) for locale, name in service.names)
    return Service(legible(service.name_in("en")), names, service.component and legible(service.component))


def _contact_point(contact_point: ContactPoint) -> ContactPoint:
    hours = tuple((language_of(locale), _line(words)) for locale, words in contact_point.hours)
    return ContactPoint(_line(contact_point.kind), _line(contact_point.value), hours)


def _line(text: str) -> str:
    return " ".join(legible(text).split())


def _of_exercise(head: Headline) -> Situation | None:
    if not head.drill or head.phase.maintenance:
        return None
    return Situation.DRILL_OVER if head.phase.closed else Situation.DRILL


def _bare(text: str, head: Headline, locale: str) -> str:
    """Return the text of an exercise without the marks around it."""
    if not head.drill:
        return text
    word = re.escape(drill_word(language_of(locale)))
    return re.sub(rf"\A\s*\[?{word}(?![\w-])[\]:]?\s*|(?:\s+–)?\s*(?<![\w-]){word}\s*\Z", "", text)


def _zone_of(headline: Headline) -> str:
    key = getattr(headline.as_of.tzinfo, "key", None)
    return key if isinstance(key, str) else "UTC"


def _utc(moment: datetime | None) -> datetime | None:
    return moment and moment.astimezone(UTC)


def _record(update: Update) -> dict[str, object]:
    record: dict[str, object] = {}
    for name in Update.__slots__:
        value = getattr(update, name)
        record[_STORED_AS.get(name, name)] = value.isoformat() if isinstance(value, datetime) else value
    record["services"] = [(service.key, service.component or "") for service in update.services]
    record["names"] = [service.names for service in update.services]
    record["ways"] = [{"kind": w.kind, "value": w.value, "hours": w.hours} for w in update.contact_points]
    record["texts"] = [{"locale": t.locale, "title": t.title, "body": t.body} for t in update.texts]
    return record


def _update(record: dict[str, Any]) -> Update:
    moments = ("as_of", "started", "ended", "window_starts", "window_ends", "next_update", "corrects")
    return Update(
        **{
            **{key: value for key, value in record.items() if key not in {"names", *_STORED_AS.values()}},
            **{name: _read(record.get(name)) for name in moments},
            "kind": NoticeKind(record["kind"]),
            "phase": Phase(record["phase"]),
            "severity": Severity(record["severity"]),
            "situation": Situation(record["situation"]) if record.get("situation") else None,
            "services": tuple(_services_from(record["services"], record.get("names", ()))),
            "zone": _known_zone(record["zone"]),
            "texts": tuple(PublishedText(**text) for text in record["texts"])
            or (PublishedText("en", "", ""),),
            "contact_points": tuple(_contact_point_from(entry) for entry in record.get("ways", ())),
        }
    )


def _services_from(services: Iterable[tuple[str, str]], names: Iterable[Iterable[Any]]) -> Iterator[Service]:
    """Yield the services of a record; those of older versions have no names."""
    for (key, component), named in zip(services, chain(names, repeat(())), strict=False):
        yield Service(key, tuple((language, name) for language, name in named), component or None)


def _contact_point_from(entry: Mapping[str, Any]) -> ContactPoint:
    hours = tuple((code, words) for code, words in entry["hours"])
    return ContactPoint(entry["kind"], entry["value"], hours)


def _read(moment: str | None) -> datetime | None:
    return datetime.fromisoformat(moment) if moment else None


def _known_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise StateDamaged(f"no timezone is called {name!r}") from error
