"""Every key of the configuration, with its shape and its default.

This is the only list of keys: the file and the environment are read, checked and shown with it. The other
options of a channel belong to its adapter (see `broadcast.channels.options`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from broadcast.config import shapes
from broadcast.config.encrypted import encrypted
from broadcast.config.settings import ServeSettings, WatchSettings
from broadcast.model.consent import ConsentRule
from broadcast.model.day_hours import USUAL_HOURS, DayHours
from broadcast.model.incident import Severity
from broadcast.model.promise import Cadence

T = TypeVar("T")
_WATCH, _SERVE = WatchSettings(), ServeSettings()


@dataclass(frozen=True, slots=True)
class Key(Generic[T]):
    """One key: the shape that converts its value, and its default.

    If `by_locale`, it is one value for all readers, or a table with one for each language.
    """

    name: str
    shape: Callable[[object], T]
    default: T
    by_locale: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the file. If `named`, users name its tables: `[channels.sms]`.

    `free` is the key for names that users choose inside it: a locale of a service, a system of `[fates]`.
    """

    name: str
    keys: tuple[Key[Any], ...] = ()
    named: bool = False
    free: Key[Any] | None = None

    @property
    def known(self) -> frozenset[str]:
        """The names of its keys."""
        return frozenset(key.name for key in self.keys)


ORGANISATION: Key[str] = Key("organisation", shapes.text, "")
LOCALE: Key[str] = Key("locale", shapes.locale, "en")
TIMEZONE: Key[ZoneInfo] = Key("timezone", shapes.timezone, ZoneInfo("UTC"))
STATUS_URL: Key[str | None] = Key("status_url", shapes.url, None)
HOTLINE: Key[str | None] = Key("hotline", shapes.text, None)
FOOTER: Key[str | None] = Key("footer", shapes.text, None, by_locale=True)
IMPRINT_URL: Key[str | None] = Key("imprint_url", shapes.url, None, by_locale=True)
PRIVACY_URL: Key[str | None] = Key("privacy_url", shapes.url, None, by_locale=True)
LIVE: Key[bool] = Key("live", shapes.flag, default=True)
REGION: Key[str] = Key("region", shapes.region, "")
MAX_RECIPIENTS: Key[int | None] = Key("max_recipients", shapes.whole, None)
TEMPLATES: Key[str | None] = Key("templates", shapes.text, None)

LEDGER_URL: Key[str | None] = Key("url", shapes.text, None)

ADAPTER: Key[str] = Key("adapter", shapes.text, "")
BASE_URL: Key[str | None] = Key("base_url", shapes.endpoint, None)
TIMEOUT: Key[float] = Key("timeout", shapes.timeout, 30.0)
RATE: Key[float | None] = Key("rate", shapes.number, None)
BURST: Key[int | None] = Key("burst", shapes.whole, None)
CONCURRENCY: Key[int | None] = Key("concurrency", shapes.whole, None)
SETTLE: Key[float | None] = Key("settle", shapes.duration, None)
PRICE: Key[float | None] = Key("price", shapes.amount, None)
FATE: Key[tuple[str, ...]] = Key("fate", shapes.texts, ())
OPTIONAL: Key[bool] = Key("optional", shapes.flag, default=False)
LANDLINES: Key[bool] = Key("landlines", shapes.flag, default=False)
CA_FILE: Key[str | None] = Key("ca_file", shapes.text, None)

LANES: Key[tuple[tuple[str, ...], ...]] = Key("lanes", shapes.lanes, ())
CONTACTS: Key[tuple[str, ...]] = Key("contacts", shapes.texts, ())
TEXTS: Key[str | None] = Key("texts", shapes.text, None)
INTERNAL: Key[bool] = Key("internal", shapes.flag, default=False)
CONSENT: Key[ConsentRule] = Key("consent", shapes.consent, ConsentRule.ASSUMED)
SUBSCRIBERS: Key[bool] = Key("subscribers", shapes.flag, default=False)
OWN_HOTLINE: Key[str | None] = Key("hotline", shapes.phone, None)

COMPONENT: Key[str | None] = Key("component", shapes.text, None)
NAME: Key[str] = Key("", shapes.text, "")

KIND: Key[str] = Key("kind", shapes.text, "link")
VALUE: Key[str] = Key("value", shapes.text, "")
SERVICE: Key[str | None] = Key("service", shapes.text, None)
HOURS: Key[Mapping[str, object]] = Key("hours", shapes.table, {})

ACTIVATE: Key[bool] = Key("activate", shapes.flag, _WATCH.activate)
DOWN_AFTER: Key[int] = Key("down_after", shapes.whole, _WATCH.down_after)
UP_AFTER: Key[int] = Key("up_after", shapes.whole, _WATCH.up_after)
EVERY: Key[float | None] = Key("every", shapes.timeout, _WATCH.every)
EXPIRES: Key[float] = Key("expires", shapes.timeout, _WATCH.expires)

ORIGIN: Key[str | None] = Key("url", shapes.origin, _SERVE.url)
PUBLIC: Key[str] = Key("public", shapes.listening, _SERVE.public)
DESK: Key[str] = Key("desk", shapes.listening, _SERVE.desk)
PROXIES: Key[tuple[str, ...]] = Key("proxies", shapes.networks, ())
ALERTS_TOKEN: Key[str | None] = Key("alerts_token", shapes.secret, None)

REMIND: Key[str | None] = Key("remind", shapes.text, None)
BEFORE: Key[float] = Key("before", shapes.timeout, Cadence().before.total_seconds())
SPANS: Key[Mapping[Severity, timedelta | None]] = Key("", shapes.spans, {})

SHIFTS: Key[tuple[Mapping[str, object], ...]] = Key("shifts", shapes.tables, ())
CALENDAR: Key[str | None] = Key("calendar", shapes.text, None)
STEPS: Key[tuple[Mapping[str, object], ...]] = Key("steps", shapes.tables, ())
REPEAT: Key[int] = Key("repeat", shapes.whole, 1)

REMIND_BEFORE: Key[float | None] = Key("remind_before", shapes.timeout, None)

NEEDED_FOR: Key[tuple[str, ...]] = Key("needed_for", shapes.texts, ())
BY: Key[tuple[str, ...]] = Key("by", shapes.texts, ())
ASKING_CHANNELS: Key[tuple[str, ...]] = Key("channels", shapes.texts, ())

NUMBERS: Key[tuple[Mapping[str, object], ...]] = Key("numbers", shapes.tables, ())
CALL_CHANNEL: Key[str] = Key("channel", shapes.text, "")
SMS_CHANNEL: Key[str | None] = Key("sms", shapes.text, None)
ROTA: Key[str | None] = Key("rota", shapes.text, None)
RING: Key[float] = Key("ring", shapes.timeout, 15.0)
MOST: Key[int] = Key("most", shapes.whole, 5)
GIVE_UP: Key[float] = Key("give_up", shapes.timeout, 90.0)
FALLBACK: Key[str | None] = Key("fallback", shapes.text, None)
KEEP: Key[float] = Key("keep", shapes.timeout, 30 * 86_400.0)
LINES: Key[tuple[Mapping[str, object], ...]] = Key("lines", shapes.tables, ())
TICKETS: Key[str | None] = Key("tickets", shapes.text, None)
LONGEST_WAIT: Key[float] = Key("longest_wait", shapes.timeout, 300.0)
DIAL_BACK: Key[bool] = Key("dial_back", shapes.flag, False)  # noqa: FBT003 - a default
DIAL_HOURS: Key[DayHours] = Key("dial_hours", shapes.day_hours, USUAL_HOURS)
CRM: Key[Mapping[str, object]] = Key("crm", shapes.table, {})

AI_URL: Key[str] = Key("base_url", encrypted, "")
AI_MODEL: Key[str] = Key("model", shapes.text, "")
AI_KEY: Key[str | None] = Key("api_key", shapes.secret, None)
AI_TIMEOUT: Key[float] = Key("timeout", shapes.timeout, 2.5)
PER_HOUR: Key[int] = Key("per_hour", shapes.whole, 200)
PER_CALL: Key[int] = Key("per_call", shapes.whole, 3)
FAQ: Key[str | None] = Key("faq", shapes.text, None)
KEEP_QUESTIONS: Key[bool] = Key("keep_questions", shapes.flag, default=False)
STATUS_PAGE: Key[str] = Key("", shapes.status_page, shapes.NO_PAGE)

BROADCAST = Section(
    "broadcast",
    (
        *(ORGANISATION, LOCALE, TIMEZONE, STATUS_URL, HOTLINE),
        *(FOOTER, IMPRINT_URL, PRIVACY_URL),
        *(LIVE, REGION, MAX_RECIPIENTS, TEMPLATES),
    ),
)
LEDGER = Section("ledger", (LEDGER_URL,))
CHANNELS = Section(
    "channels",
    (
        *(ADAPTER, BASE_URL, TIMEOUT, RATE, BURST, CONCURRENCY, SETTLE, PRICE),
        *(FATE, OPTIONAL, LANDLINES, CA_FILE),
    ),
    named=True,
)
AUDIENCES = Section(
    "audiences", (LANES, CONTACTS, SUBSCRIBERS, TEXTS, INTERNAL, CONSENT, OWN_HOTLINE), named=True
)
SERVICES = Section("services", (COMPONENT,), named=True, free=NAME)
FATES = Section("fates", free=FATE)
ALTERNATIVES = Section("alternatives", (KIND, VALUE, FATE, SERVICE, HOURS), named=True)
WATCH = Section("watch", (ACTIVATE, DOWN_AFTER, UP_AFTER, EXPIRES, EVERY))
SERVE = Section("serve", (ORIGIN, PUBLIC, DESK, PROXIES, ALERTS_TOKEN))
CADENCE = Section("cadence", (REMIND, BEFORE), free=SPANS)
ONCALL = Section("oncall", (CONTACTS, SHIFTS, CALENDAR), named=True)
ESCALATION = Section("escalation", (STEPS, REPEAT), named=True)
MAINTENANCE = Section("maintenance", (REMIND_BEFORE,))
APPROVAL = Section("approval", (NEEDED_FOR, BY, ASKING_CHANNELS))
HOTLINE_TABLE = Section(
    "hotline",
    (
        *(NUMBERS, CALL_CHANNEL, SMS_CHANNEL, ROTA, RING, MOST, GIVE_UP, KEEP, FALLBACK, LINES),
        *(TICKETS, LONGEST_WAIT, DIAL_BACK, DIAL_HOURS, CRM),
    ),
)
AI = Section("ai", (AI_URL, AI_MODEL, AI_KEY, AI_TIMEOUT, PER_HOUR, PER_CALL, FAQ, KEEP_QUESTIONS))
STATUS_PAGES = Section("status_pages", free=STATUS_PAGE)

SECTIONS: Mapping[str, Section] = {
    section.name: section
    for section in (
        *(BROADCAST, LEDGER, CHANNELS, AUDIENCES, SERVICES),
        *(FATES, ALTERNATIVES, ESCALATION, CADENCE, MAINTENANCE, WATCH, SERVE, ONCALL, APPROVAL),
        *(HOTLINE_TABLE, AI, STATUS_PAGES),
    )
}
