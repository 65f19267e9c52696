"""The settings a run works with: frozen, complete, secrets still references."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from broadcast.config.secret import SECRET_OPTIONS, Reference, sounds_secret
from broadcast.errors import ConfigError
from broadcast.model.consent import ConsentRule
from broadcast.model.incident import Service
from broadcast.model.letterhead import NO_LETTERHEAD, Letterhead, Worded
from broadcast.model.redaction import Secrets


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """One `[channels.NAME]` table.

    `origin` says where it stands (`broadcast.toml, [channels.sms]`), `places` where each option does
    (`broadcast.toml:12`). `typeless` are the options that a variable gave: texts, whatever they stand for.
    `timeout` and `settle` are seconds; `rate` is requests a second; `price` is US dollars a message (for SMS:
    a part); None means the adapter's own default. `landlines` says that SMS of this channel reach landlines.
    `options` holds what the adapter itself defines, secrets as references.
    `services` is the organisation's `[services]`, for channels that list them; `letterhead` is for channels
    that are pages.
    """

    name: str
    adapter: str
    origin: str
    base_url: str | None = None
    timeout: float = 30.0
    rate: float | None = None
    burst: int | None = None
    concurrency: int | None = None
    settle: float | None = None
    price: float | None = None
    fate: tuple[str, ...] = ()
    optional: bool = False
    landlines: bool = False
    ca_file: Path | None = None
    folder: Path = Path()
    options: Mapping[str, object] = field(default_factory=dict, repr=False)
    places: Mapping[str, str] = field(default_factory=dict, repr=False)
    typeless: frozenset[str] = frozenset()
    services: tuple[Service, ...] = ()
    letterhead: Letterhead = NO_LETTERHEAD

    def place(self, key: str) -> str:
        """Where an option stands, `broadcast.toml:12: [channels.sms]`, or the channel if it has none."""
        return f"{self.places[key]}: [channels.{self.name}]" if key in self.places else self.origin

    @property
    def secrets(self) -> Secrets:
        """Every secret of the channel that can be read now."""
        return Secrets(frozenset(_secrets(self.options)))

    def required(self, key: str) -> str:
        """Return the text of option `key`, resolved; names the missing key and its fix otherwise."""
        if key not in self.options:
            raise ConfigError(
                f"{self.origin}: {key} is missing",
                hint=f'set {key} = "..." there, or {key} = "env:NAME" to read it from the environment',
            )
        value = self.text(key)
        if value.strip():
            return value
        raise ConfigError(f"{self.place(key)}: {key} is empty", hint=f'write {key} = "..."')

    def text(self, key: str, default: str = "") -> str:
        """Return the text of option `key`, resolved, or the default."""
        value = self.options.get(key, default)
        if isinstance(value, Reference):
            return value.resolve(f"{self.origin}, {key}")
        if isinstance(value, str):
            return value
        raise ConfigError(f"{self.place(key)}: {key} must be a text", hint=f'write {key} = "..."')


def _secrets(options: Mapping[str, object], *, inside: bool = False) -> Iterator[str]:
    """Yield the values of secrets, and of everything that a table inside the options refers to."""
    for key, value in options.items():
        if isinstance(value, Mapping):
            yield from _secrets(value, inside=True)
        elif isinstance(value, Reference) and (inside or sounds_secret(key)):
            with suppress(ConfigError):
                yield value.resolve()
        elif isinstance(value, str) and key in SECRET_OPTIONS and not inside:
            yield value


@dataclass(frozen=True, slots=True)
class AudienceSettings:
    """One `[audiences.NAME]` table.

    `lanes` are ordered channel names, one tuple per lane. `texts` names the audience whose templates are
    used (itself unless said otherwise). `internal` says that it is told as a matter of duty, from which
    nobody can unsubscribe. `consent` says whether people of whom no answer is known may be told. `hotline` is
    the number that its readers get instead of the organisation's.
    """

    name: str
    origin: str
    texts: str
    contacts: tuple[Path, ...] = ()
    lanes: tuple[tuple[str, ...], ...] = ()
    internal: bool = False
    consent: ConsentRule = ConsentRule.ASSUMED
    hotline: str | None = None


@dataclass(frozen=True, slots=True)
class AlternativeSettings:
    """One `[alternatives.NAME]` table: a way in which people can reach us.

    `kind` is phone, email, chat, app or link. It is down with any of `fate`, and with the `service` that
    carries it. `hours` says when somebody is there, as (locale, words).
    """

    name: str
    kind: str
    value: str
    fate: tuple[str, ...] = ()
    service: str | None = None
    hours: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """The `[watch]` table.

    A channel is held to be down after `down_after` bad checks in a row, and up again after `up_after` good
    ones. What was found down counts for `expires` seconds after the last check that said so; with `activate`,
    notices avoid it.
    """

    activate: bool = False
    down_after: int = 3
    up_after: int = 3
    expires: float = 3600.0


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a run needs to know, from flags, environment and file in this order.

    `fates` maps a system's name, or a mail domain (`@firma.de`), to what it depends on; `status_pages` maps a
    fate to the address where its provider says in public how it is.
    `footer`, `imprint_url` and `privacy_url` are (locale, text); the locale is empty if one serves all.
    `origins` tells for each dotted key where its value came from; `warnings` are shown to the user.
    """

    folder: Path
    path: Path | None
    ledger: Path
    organisation: str
    locale: str
    timezone: ZoneInfo
    status_url: str | None = None
    hotline: str | None = None
    footer: Worded = ()
    imprint_url: Worded = ()
    privacy_url: Worded = ()
    live: bool = True
    region: str = "DE"
    max_recipients: int | None = None
    sandbox: bool = False
    templates: Path | None = None
    channels: Mapping[str, ChannelSettings] = field(default_factory=dict)
    audiences: Mapping[str, AudienceSettings] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    fates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    alternatives: Mapping[str, AlternativeSettings] = field(default_factory=dict)
    watch: WatchSettings = WatchSettings()
    status_pages: Mapping[str, str] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def letterhead(self) -> Letterhead:
        """What stands at the foot of mails and pages."""
        return Letterhead(self.footer, self.imprint_url, self.privacy_url, self.organisation, self.locale)

    @property
    def internal(self) -> frozenset[str]:
        """The audiences that are told as a matter of duty."""
        return frozenset(name for name, audience in self.audiences.items() if audience.internal)
