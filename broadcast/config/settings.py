"""The settings of a run: frozen and complete; secrets are still references."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from broadcast.config.ai_settings import AiSettings
from broadcast.config.crm_settings import CrmSettings
from broadcast.config.secret import SECRET_OPTIONS, Reference, sounds_secret
from broadcast.errors import ConfigError
from broadcast.model.consent import ConsentRule
from broadcast.model.day_hours import USUAL_HOURS, DayHours
from broadcast.model.escalation import EscalationPolicy
from broadcast.model.incident import Service
from broadcast.model.letterhead import NO_LETTERHEAD, Letterhead, Worded
from broadcast.model.promise import Cadence
from broadcast.model.redaction import Secrets
from broadcast.model.shift import Shift


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """One `[channels.NAME]` table. An adapter reads `base_url` and its own options, rarely more.

    Attributes:
        name: NAME of the table.
        adapter: The adapter's name.
        origin: The place of the table, for errors: `broadcast.toml, [channels.sms]`.
        base_url: The address of the provider, if it is not the adapter's own default.
        timeout: Seconds for one request; the transport keeps to them.
        rate: Requests per second; None for the adapter's own, like `burst`, `concurrency` and `lookup_delay`.
        burst: The number of requests that may leave at once.
        concurrency: The number of requests that may run at the same time.
        lookup_delay: Seconds to wait before a look-up.
        price: US dollars per message (for SMS: per part).
        fate: What the channel depends on, beside the adapter's own.
        optional: Whether the channel may fail without a complaint.
        landlines: Whether SMS of this channel reach landlines.
        ca_file: Authorities to trust instead of the system's.
        folder: The folder of the configuration, to which paths are relative.
        options: What the adapter itself defines, secrets as references: read them with `required` and `text`.
        places: The place of each option: `broadcast.toml:12`.
        typeless: The options that a variable sets: their values are texts without a type.
        services: The organisation's `[services]`, for channels that list them.
        letterhead: The organisation's name and links, for channels that are pages.

    Example:
        >>> settings.required("token")  # from token = "env:PIGEON_TOKEN"
        's3cret-feather'
    """

    name: str
    adapter: str
    origin: str
    base_url: str | None = None
    timeout: float = 30.0
    rate: float | None = None
    burst: int | None = None
    concurrency: int | None = None
    lookup_delay: float | None = None
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
        """Return the place of an option, `broadcast.toml:12: [channels.sms]`, or that of the channel."""
        return f"{self.places[key]}: [channels.{self.name}]" if key in self.places else self.origin

    @property
    def secrets(self) -> Secrets:
        """All secrets of the channel that can be read now."""
        return Secrets(frozenset(_secrets(self.options)))

    def required(self, key: str) -> str:
        """Return the text of option `key`; a reference like `env:NAME` is resolved.

        Raises:
            ConfigError: The option is missing, empty or no text; the hint says what to write.
        """
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
        """Return the text of option `key`, with references resolved, or the default.

        Raises:
            ConfigError: It is no text, or its variable or file cannot be read.
        """
        value = self.options.get(key, default)
        if isinstance(value, Reference):
            return value.resolve(f"{self.origin}, {key}")
        if isinstance(value, str):
            return value
        raise ConfigError(f"{self.place(key)}: {key} must be a text", hint=f'write {key} = "..."')


def _secrets(options: Mapping[str, object], *, inside: bool = False) -> Iterator[str]:
    """Yield the values of secrets, and of everything that a nested table refers to."""
    for key, value in options.items():
        if isinstance(value, Mapping):
            yield from _secrets(value, inside=True)
        elif isinstance(value, Reference) and (inside or sounds_secret(key)):
            with suppress(ConfigError):
                yield value.resolve()
        elif isinstance(value, str) and key in SECRET_OPTIONS and not inside:
            yield value


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceSettings:
    """One `[audiences.NAME]` table.

    `lanes` are ordered channel names, one tuple per lane. `template_audience` names the audience whose
    templates are used (by default itself). With `subscribers`, people can subscribe to it by themselves.
    `internal` says that its people are on duty and cannot unsubscribe. `consent` says whether people without
    a known answer may be told. `hotline` is the number that its readers get instead of the organisation's.
    """

    name: str
    origin: str
    template_audience: str
    contacts: tuple[Path, ...] = ()
    subscribers: bool = False
    lanes: tuple[tuple[str, ...], ...] = ()
    internal: bool = False
    consent: ConsentRule = ConsentRule.ASSUMED
    hotline: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPointSettings:
    """One `[alternatives.NAME]` table: a contact point, where readers reach us.

    `kind` is phone, email, chat, app or link. It is down with any of `fate`, and with the `service` that
    carries it. `hours` says when it is staffed, and `label` what it is called, as (locale, words) pairs.
    """

    name: str
    kind: str
    value: str
    fate: tuple[str, ...] = ()
    service: str | None = None
    hours: tuple[tuple[str, str], ...] = ()
    label: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchSettings:
    """The `[watch]` table.

    A channel counts as down after `down_after` bad checks in a row, and as up again after `up_after` good
    ones. `every` is how many seconds the clock lets pass between two rounds; None leaves it to the command
    `watch`. An observed outage counts for `expires` seconds after the last check that saw it; with
    `activate`, notices avoid what is down.
    """

    activate: bool = False
    down_after: int = 3
    up_after: int = 3
    expires: float = 3600.0
    every: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings:
    """The `[serve]` table.

    `url` is the public origin (`https://notify.muster.example`), against which signatures are checked; None
    if the table is missing. `public` and `desk` are listening addresses: `127.0.0.1:8080`, `[::1]:8080` or
    `unix:/run/broadcast/desk.sock`. `proxies` are networks of reverse proxies on other machines.
    `alerts_token` is the bearer token of monitoring systems.
    """

    url: str | None = None
    public: str = "127.0.0.1:8080"
    desk: str = "127.0.0.1:8081"
    proxies: tuple[str, ...] = ()
    alerts_token: Reference | None = field(default=None, repr=False)

    def route(self, path: str) -> str | None:
        """Return the public address of a route (`/hooks/sms`); None without a public origin."""
        return f"{self.url}{path}" if self.url else None


@dataclass(frozen=True, slots=True, kw_only=True)
class HotlineLine:
    """One number of the hotline, in E.164, and its language; "" if callers decide."""

    number: str
    locale: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupLine:
    """A mobile number that readers are given while the landline is down, once somebody activates it.

    `number` is written for readers; it is down with any of `fate`. `label` is what it is called, and `hours`
    says when it is staffed, as (locale, words) pairs. `voice_url` is where the provider leads the hotline's
    own numbers meanwhile, if it is asked to.
    """

    name: str
    number: str
    voice_url: str = ""
    fate: tuple[str, ...] = ()
    label: tuple[tuple[str, str], ...] = ()
    hours: tuple[tuple[str, str], ...] = ()

    @property
    def dialled(self) -> str:
        """The number in E.164."""
        return "+" + "".join(filter(str.isdigit, self.number))


@dataclass(frozen=True, slots=True, kw_only=True)
class HotlineSettings:
    """The `[hotline]` table.

    `channel` is the voice channel whose account has the `numbers`; `sms` sends links, and `rota` names who
    takes calls. An agent is rung for `ring` seconds, at most `most` agents for `give_up` seconds altogether.
    The provider keeps what callers recorded for `keep` seconds. `fallback` is the file of the static
    document, `lines` are the backup lines, and `crm` is where callers are looked up. The service desk
    `tickets` gets the tickets of callers. Callers who would wait longer than `longest_wait` seconds are
    offered a call-back. With `dial_back`, the program dials call-backs by itself, within `dial_hours` of
    the place that it rings.
    """

    numbers: tuple[HotlineLine, ...]
    channel: str
    sms: str | None = None
    rota: str | None = None
    ring: float = 15.0
    most: int = 5
    give_up: float = 90.0
    keep: float = 30 * 86_400.0
    fallback: Path | None = None
    crm: CrmSettings | None = None
    lines: tuple[BackupLine, ...] = ()
    tickets: str | None = None
    longest_wait: float = 300.0
    dial_back: bool = False
    dial_hours: DayHours = USUAL_HOURS

    def line(self, name: str) -> BackupLine | None:
        """Return the backup line of that name; None if there is none."""
        return next((one for one in self.lines if one.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCallSettings:
    """One `[oncall.NAME]` table: a rota.

    Its people are in the files of `contacts`. `shifts` and the events in the file `calendar` say when each
    of them is on duty.
    """

    name: str
    origin: str
    contacts: tuple[Path, ...]
    shifts: tuple[Shift, ...] = ()
    calendar: Path | None = None


@dataclass(frozen=True, slots=True)
class MaintenanceSettings:
    """The `[maintenance]` table.

    `remind_before` is how many seconds before announced work begins readers are reminded; None for never.
    """

    remind_before: float | None = None


@dataclass(frozen=True, slots=True)
class ApprovalSettings:
    """The `[approval]` table.

    A notice that is `needed_for` one of its severities and audiences (`sev1:customers`) needs the approval of
    a person `by` (`oncall:leads`, `audience:supervisors`) other than its author. These people are asked over
    the first of `channels` that reaches them; empty for all that tell one person.
    """

    needed_for: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that a run needs to know, from flags, environment and file in this order.

    `fates` maps a system's name, or a mail domain (`@firma.de`), to its dependencies; `status_pages` maps a
    system to the address of its provider's public status.
    `footer`, `imprint_url` and `privacy_url` are (locale, text); the locale is empty if one text is for all.
    `calls` is the table `[hotline]`; `hotline` is the number that readers are given.
    `origins` has the origin of the value of each dotted key; `warnings` are shown to the user.
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
    alternatives: Mapping[str, ContactPointSettings] = field(default_factory=dict)
    escalation: Mapping[str, EscalationPolicy] = field(default_factory=dict)
    cadence: Cadence = field(default_factory=Cadence)
    watch: WatchSettings = WatchSettings()
    serve: ServeSettings = ServeSettings()
    oncall: Mapping[str, OnCallSettings] = field(default_factory=dict)
    approval: ApprovalSettings = ApprovalSettings()
    calls: HotlineSettings | None = None
    ai: AiSettings | None = None
    maintenance: MaintenanceSettings = MaintenanceSettings()
    status_pages: Mapping[str, str] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def letterhead(self) -> Letterhead:
        """The foot of mails and pages."""
        return Letterhead(
            footer=self.footer,
            imprint_url=self.imprint_url,
            privacy_url=self.privacy_url,
            organisation=self.organisation,
            locale=self.locale,
        )

    @property
    def open_audience(self) -> AudienceSettings | None:
        """The audience that people can subscribe to by themselves; None if there is none."""
        return next((audience for audience in self.audiences.values() if audience.subscribers), None)

    @property
    def own_numbers(self) -> frozenset[str]:
        """The senders of all channels: what comes from them is our own message, or a machine's."""
        senders = (channel.text("from") for channel in self.channels.values())
        return frozenset(sender for sender in senders if sender)

    @property
    def internal(self) -> frozenset[str]:
        """The audiences whose people are on duty."""
        return frozenset(name for name, audience in self.audiences.items() if audience.internal)
