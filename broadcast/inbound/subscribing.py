"""What people can subscribe to, and what they typed into the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from broadcast.config.settings import Settings
from broadcast.contacts.address import Unusable
from broadcast.contacts.typed_address import read_address
from broadcast.model.contact import AddressKind
from broadcast.model.incident import Service
from broadcast.model.phone_line import phone_line
from broadcast.model.subscription import CHANNEL_KINDS, Subscription
from broadcast.planning.planned_channel import PlannedChannel

#: A field that people do not see; programs that fill in every form betray themselves with it.
TRAP = "website"
_LONGEST = 254  # characters of a mailbox: https://www.rfc-editor.org/errata/eid1690, 2026-11-29


class FormProblem(StrEnum):
    """Why a form cannot be taken."""

    ADDRESS = "address"
    KIND = "kind"  # no channel for that kind of address
    ABROAD = "abroad"  # a number of another country: texts to some of them cost a lot
    LANDLINE = "landline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What people can subscribe to.

    `channels` has, by kind of address, the channel that sends the link. `region` is the country whose mobile
    numbers are taken. `source` is the page, which is recorded with the consent.
    """

    audience: str
    channels: Mapping[AddressKind, str]
    services: Sequence[Service]
    locales: Sequence[str]
    locale: str
    region: str
    source: str

    def chosen(self, form: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
        """Return the services in a form; none if all were chosen, so that a new service is included."""
        wanted = form.get("service", ())
        keys = tuple(one.key for one in self.services if one.key in wanted)
        return () if len(keys) == len(self.services) else keys

    def language(self, form: Mapping[str, Sequence[str]]) -> str:
        """Return the language in a form, or else that of the organisation."""
        wanted = next(iter(form.get("locale", ())), "")
        return wanted if wanted in self.locales else self.locale


def offer_of(
    settings: Settings, channels: Mapping[str, PlannedChannel], locales: Sequence[str]
) -> Offer | None:
    """Return what people can subscribe to; None without an audience, a channel for it, or `[serve] url`."""
    audience, source = settings.open_audience, settings.serve.route("/subscribe")
    if audience is None or source is None:
        return None
    lanes = [name for lane in audience.lanes for name in lane]
    by_kind = {
        kind: name
        for name in reversed(lanes)
        for kind, channel in CHANNEL_KINDS.items()
        if channels[name].capabilities.kind is channel
    }
    if not by_kind:
        return None
    return Offer(
        audience=audience.name,
        channels=by_kind,
        services=tuple(settings.services.values()),
        locales=locales,
        locale=settings.locale,
        region=settings.region,
        source=source,
    )


def read_form(form: Mapping[str, Sequence[str]], offer: Offer) -> Subscription | FormProblem:
    """Return what a person asks for, or why it cannot be taken. Whether we know them plays no part."""
    typed = next(iter(form.get("address", ())), "").strip()
    if not typed or len(typed) > _LONGEST:
        return FormProblem.ADDRESS
    try:
        address = read_address(typed, offer.region)
    except Unusable:
        return FormProblem.ADDRESS
    if address.kind not in offer.channels:
        return FormProblem.KIND
    if address.kind is AddressKind.PHONE and (problem := _phone_problem(address.value, offer.region)):
        return problem
    return Subscription(
        audience=offer.audience,
        kind=address.kind,
        address=address.value,
        locale=offer.language(form),
        services=offer.chosen(form),
        source=offer.source,
    )


def _phone_problem(number: str, region: str) -> FormProblem | None:
    """Return why no SMS goes to a number; premium and service numbers are no addresses at all."""
    import phonenumbers

    if phonenumbers.region_code_for_number(phonenumbers.parse(number)) != region:
        return FormProblem.ABROAD
    return FormProblem.LANDLINE if phone_line(number) == "landline" else None
