"""A static status page in a folder: it needs only the disk, and a web server for the folder."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from broadcast.channels.options import Shapes, listed_or_table, words
from broadcast.channels.page.site.folder import FolderBusy, check_writable
from broadcast.channels.page.site.ownership import STATE, NotOurs, check_entrances
from broadcast.channels.page.site.page_settings import Component, SiteSettings, service_component
from broadcast.channels.page.site.publication import add, home, read, show_overdue
from broadcast.channels.page.site.state import StateDamaged
from broadcast.channels.page.site.words import PHRASES
from broadcast.channels.start_limit import TOO_OLD, may_start
from broadcast.channels.transport import Transport
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.channel import Capabilities, ChannelKind, Idempotency, Threading
from broadcast.model.domain import ascii_url
from broadcast.model.outcome import Accepted, Health, NotSent, Outcome, Probe, Rejected, Scope, Thread
from broadcast.model.outgoing import Attempted, Outgoing

#: Errors that stay when repeated: a person has to correct the folder.
_PERMANENT = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.ELOOP})
#: Seconds until a folder that another process writes to is free.
_BUSY = 0.5


class Site:
    """Writes its own page: HTML for people; feeds, alerts and calendars for their programs."""

    name: ClassVar[str] = "site"
    capabilities: ClassVar[Capabilities] = Capabilities(
        kind=ChannelKind.PAGE,
        address=None,
        threading=Threading.EDIT,
        idempotency=Idempotency.NATIVE,
        networked=False,
        lookup_delay=0.0,
        concurrency=1,
        speaks_all_locales=True,
    )
    options: ClassVar[frozenset[str]] = frozenset(
        {"path", "url", "title", "locale", "timezone", "components"}
    )
    target: ClassVar[tuple[str, ...]] = ("path",)
    shapes: ClassVar[Shapes] = {**dict.fromkeys(options, words), "components": listed_or_table}

    def __init__(self, folder: Path, site: SiteSettings) -> None:
        self._folder = folder
        self._site = site

    @classmethod
    def from_settings(cls, settings: ChannelSettings, transport: Transport) -> Self:
        """Build it from its folder; there is no connection, so `transport` is not used."""
        del transport
        site = SiteSettings(
            title=settings.text("title"),
            url=_url(settings),
            zone=_zone(settings),
            language=_language(settings),
            components=_components(settings),
            letterhead=settings.letterhead,
        )
        return cls(_folder(settings), site)

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Publish the updates; a key that was published before changes nothing."""
        return [await asyncio.to_thread(self._publish, outgoing) for outgoing in batch]

    async def find(self, attempts: Sequence[Attempted]) -> Sequence[Outcome]:
        """Look in the page's own memory."""
        return [await asyncio.to_thread(self._look_up, attempt.outgoing) for attempt in attempts]

    async def probe(self) -> Probe:
        """Check the folder, and read its content."""
        try:
            await asyncio.to_thread(check_writable, self._folder)
            await asyncio.to_thread(check_entrances, self._folder)
            await asyncio.to_thread(read, self._folder)
        except NotOurs as found:
            return Probe(Health.DEGRADED, _another_site(found))
        except StateDamaged as damage:
            return Probe(Health.DEGRADED, self._damaged(self._folder, damage))
        except OSError as error:
            refused = error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}
            return Probe(Health.UNAUTHORISED if refused else Health.UNREACHABLE, _cannot_write(error))
        return Probe(Health.OK, str(self._folder))

    async def show_overdue(self, now: datetime) -> bool:
        """Say on the page what is overdue at `now`; return whether the page changed. Raises `OSError`."""
        try:
            return await asyncio.to_thread(show_overdue, self._folder, self._site, now)
        except FolderBusy:
            return False  # a notice is being published; the next round looks again
        except StateDamaged as damage:
            raise OSError(errno.EBADMSG, self._damaged(self._folder, damage)) from None

    async def close(self) -> None:
        """Do nothing: there is no connection."""

    def _publish(self, outgoing: Outgoing) -> Outcome:
        if not may_start():
            return NotSent(TOO_OLD)
        try:
            state, update = add(self._folder, self._site, outgoing)
        except FolderBusy:
            return NotSent(f"another process is writing to {self._folder}", retry_after=_BUSY)
        except NotOurs as found:
            return Rejected(_another_site(found), Scope.CHANNEL)
        except StateDamaged as damage:
            return Rejected(self._damaged(home(self._folder, outgoing), damage), Scope.CHANNEL)
        except OSError as error:
            return _refusal(error)
        thread = Thread(root=update.incident, last=update.key)
        others = () if outgoing.thread else state.others_open(update)
        return Accepted(update.key, thread, warning=_left_open(outgoing, others) if others else None)

    def _look_up(self, outgoing: Outgoing) -> Outcome:
        place = home(self._folder, outgoing)
        try:
            update = read(place).find(outgoing)
        except (StateDamaged, OSError) as error:
            return NotSent(f"{place / STATE} cannot be read: {error}")
        if update is None:
            return NotSent(f"{place / STATE} does not hold it")
        return Accepted(update.key, Thread(root=update.incident, last=update.key))

    def _damaged(self, place: Path, damage: StateDamaged) -> str:
        return f"{place / STATE} is damaged ({damage}); repair it, or move it away to start a new page"


def _left_open(outgoing: Outgoing, others: Sequence[str]) -> str:
    pages = ", ".join(f"incidents/{incident}.html" for incident in others)
    ref = outgoing.headline.incident
    return f"the page still shows another {ref} as going on ({pages}) from a ledger that was lost or replaced"


def _refusal(error: OSError) -> Outcome:
    if error.errno in _PERMANENT:
        return Rejected(_cannot_write(error), Scope.CHANNEL, code=errno.errorcode[error.errno])
    return NotSent(_cannot_write(error))


def _another_site(found: NotOurs) -> str:
    return f"{found.path} belongs to another web site, and is not overwritten"


def _folder(settings: ChannelSettings) -> Path:
    folder = settings.folder / settings.required("path")
    try:
        check_entrances(folder)
    except NotOurs as found:
        raise ConfigError(
            f"{settings.origin}: {_another_site(found)}",
            hint="write path = a folder that only the status page uses, or move that file away",
        ) from None
    except OSError:
        pass  # publishing and probing report what is wrong with it
    return folder


def _cannot_write(error: OSError) -> str:
    where = error.filename or "the folder"
    return f"cannot write {where}: {error.strerror or error}"


def _url(settings: ChannelSettings) -> str:
    url = ascii_url(settings.text("url"))
    if url and not url.startswith(("https://", "http://")):
        raise ConfigError(
            f"{settings.place('url')}: url is not a web address: {url!r}",
            hint='write the public address of the page, as in url = "https://status.example.com"',
        )
    return url


def _zone(settings: ChannelSettings) -> str:
    zone = settings.text("timezone")
    try:
        return ZoneInfo(zone).key if zone else ""
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigError(
            f"{settings.place('timezone')}: no timezone is called {zone!r}",
            hint='write timezone = "Europe/Berlin", or leave it out to use the organisation\'s',
        ) from error


def _language(settings: ChannelSettings) -> str:
    language = settings.text("locale")
    if language and language not in PHRASES.languages():
        raise ConfigError(
            f"{settings.place('locale')}: the page does not speak {language!r}",
            hint=f"write locale = one of {', '.join(PHRASES.languages())}",
        )
    return language


def _components(settings: ChannelSettings) -> tuple[Component, ...]:
    """Return the services that are always listed: all of `[services]` unless some are named.

    They are named by keys of `[services]`, by names, or by ids, each with a name or with names per language.
    """
    # By key, and by their names in notices.
    services = {service.key: service_component(service) for service in settings.services}
    given = settings.options.get("components", list(services))
    if isinstance(given, Mapping):
        return tuple(_component(settings, str(id_), names, services) for id_, names in given.items())
    if isinstance(given, list | tuple):
        return tuple(_listed(settings, name, services) for name in given)
    raise _not_components(settings)


def _listed(settings: ChannelSettings, name: object, services: Mapping[str, Component]) -> Component:
    if isinstance(name, str) and name in services:
        return services[name]
    return _component(settings, str(name), name, services)


def _component(
    settings: ChannelSettings, id_: str, names: object, services: Mapping[str, Component]
) -> Component:
    aliases = _aliases(services.get(id_))
    if isinstance(names, str):
        return Component(id_, (("", names),), aliases)
    if isinstance(names, Mapping) and all(isinstance(name, str) for name in names.values()):
        pairs = tuple((str(language), str(name)) for language, name in names.items())
        return Component(id_, pairs, aliases)
    raise _not_components(settings)


def _aliases(service: Component | None) -> tuple[str, ...]:
    return (service.id, *dict(service.names).values()) if service else ()


def _not_components(settings: ChannelSettings) -> ConfigError:
    return ConfigError(
        f"{settings.place('components')}: components must be names of services",
        hint='write components = ["checkout", "Chat"], or { chat = { de = "Chat", en = "Chat" } }',
    )
