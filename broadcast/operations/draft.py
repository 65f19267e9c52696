"""A notice that is ready to be looked at: its facts, its texts, and who is owed which of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from broadcast.dispatch.outbox import contact_values
from broadcast.errors import TooLong
from broadcast.ledger.records import Text
from broadcast.model.channel import ChannelKind
from broadcast.model.delivery import DeliveryState
from broadcast.model.incident import Incident
from broadcast.model.notice import Facts
from broadcast.model.outgoing import Headline
from broadcast.model.plan import Planned
from broadcast.operations.preview import AudiencePreview, Preview, TextPreview, Unreachable
from broadcast.planning.ways import Way
from broadcast.rendering.clean import one_line
from broadcast.rendering.render import Rendered, Renderer
from broadcast.rendering.sms import measure
from broadcast.rendering.variables import checked_link

#: How many parts an SMS may grow to when a person's own values are filled in.
PERSONAL_PARTS = 2


@dataclass(frozen=True, slots=True)
class Draft:
    """A notice before it is recorded. `rendered` goes with `texts`, entry by entry.

    `latecomers` are owed it if they are told of the incident before it is recorded.
    """

    incident: Incident
    facts: Facts
    deliveries: Sequence[Planned]
    latecomers: Sequence[Planned]
    texts: Sequence[Text]
    rendered: Sequence[Rendered]
    warnings: tuple[str, ...]


def write_texts(
    facts: Facts, needed: Iterable[tuple[str, str, str]], renderer: Renderer
) -> tuple[list[Text], list[Rendered]]:
    """Render each needed text once; raises `TemplateError`."""
    texts, rendered = [], []
    for audience, locale, kind in sorted(needed):
        result = renderer.render(facts, audience, locale, ChannelKind(kind))
        texts.append(Text(audience, kind, replace(result.message, locale=locale)))
        rendered.append(result)
    return texts, rendered


def check_personal(
    texts: Sequence[Text], rendered: Sequence[Rendered], deliveries: Sequence[Planned]
) -> None:
    """Measure personal SMS with everybody's own values; raises `TooLong` and names the first."""
    personal = {
        (text.texts, text.message.locale): (text.message, result)
        for text, result in zip(texts, rendered, strict=True)
        if text.message.slots and text.kind == ChannelKind.SMS
    }
    for delivery in deliveries if personal else ():
        if delivery.contact and (found := personal.get((delivery.texts, delivery.locale))):
            message, result = found
            length = measure(message.personal(contact_values(delivery.contact)).text)
            if length.parts > max(result.units.parts, PERSONAL_PARTS):
                raise TooLong(
                    f"{result.template}: {length.units} units, {length.parts} SMS parts "
                    f"for contact {delivery.contact.id}",
                    hint="shorten the template or what it says about the person",
                )


def needed_texts(
    deliveries: Sequence[Planned], ways: Mapping[str, Way], locales: Sequence[str]
) -> set[tuple[str, str, str]]:
    """Audience, locale and channel kind of every text that any step of any route needs."""
    needed: set[tuple[str, str, str]] = set()
    for texts, locale, route in {(d.texts, d.locale, d.route) for d in deliveries}:
        for name in route:
            capabilities = ways[name].capabilities
            spoken = {locale, *locales} if capabilities.speaks_all_locales else {locale}
            needed.update((texts, each, str(capabilities.kind)) for each in spoken)
    return needed


def headline(facts: Facts) -> Headline:
    """The facts that status pages take apart."""
    return Headline(
        incident=facts.ref,
        sequence=facts.sequence,
        title=one_line(facts.title),
        kind=facts.kind,
        phase=facts.phase,
        severity=facts.severity,
        drill=facts.drill,
        organisation=one_line(facts.organisation),
        services=tuple(
            (one_line(service.name_in("en")), service.component or "") for service in facts.services
        ),
        service_names=tuple(service.names for service in facts.services),
        as_of=facts.as_of,
        started=facts.started,
        ended=facts.ended,
        next_update=facts.next_update,
        window_ends=facts.window_ends,
        link=checked_link(facts.link),
        hotline=facts.hotline and one_line(facts.hotline),
    )


def preview(draft: Draft, ways: Mapping[str, Way], *, sandbox: bool) -> Preview:
    """The draft as a person should see it before saying yes."""
    going = [delivery for delivery in draft.deliveries if delivery.state is DeliveryState.PLANNED]
    persons = {delivery.receiver for delivery in going if delivery.contact}
    parts = _sms_parts(draft, going, ways)
    return Preview(
        incident=draft.facts.ref,
        sequence=draft.facts.sequence,
        kind=draft.facts.kind,
        title=draft.facts.title,
        drill=draft.facts.drill,
        sandbox=sandbox,
        people=len(persons),
        posts=tuple(dict.fromkeys(d.route[0] for d in going if d.contact is None)),
        audiences=_audiences(draft.deliveries),
        texts=_text_previews(draft, going, ways),
        unreachable=tuple(
            Unreachable(d.receiver, d.contact.name if d.contact else "", d.audience, d.reason or "")
            for d in draft.deliveries
            if d.state is not DeliveryState.PLANNED
        ),
        sms_parts=parts,
        cost=_cost(going, ways, parts),
        next_update=draft.facts.next_update,
        warnings=draft.warnings,
    )


def _audiences(deliveries: Sequence[Planned]) -> tuple[AudiencePreview, ...]:
    previews = []
    for name in dict.fromkeys(delivery.audience for delivery in deliveries):
        mine = [d for d in deliveries if d.audience == name and d.contact]
        going = [d for d in mine if d.state is DeliveryState.PLANNED]
        first = Counter(d.route[0] for d in going)
        people = len({d.receiver for d in going})
        previews.append(AudiencePreview(name, people, tuple(first.items()), len(mine) - len(going)))
    return tuple(previews)


def _text_previews(
    draft: Draft, going: Sequence[Planned], ways: Mapping[str, Way]
) -> tuple[TextPreview, ...]:
    first = Counter((d.texts, d.locale, str(ways[d.route[0]].capabilities.kind)) for d in going)
    return tuple(
        TextPreview(
            audience=text.texts,
            locale=text.message.locale,
            kind=text.kind,
            subject=text.message.subject,
            text=text.message.text,
            size=str(rendered.units),
            recipients=first[text.texts, text.message.locale, text.kind],
        )
        for text, rendered in zip(draft.texts, draft.rendered, strict=True)
    )


def _sms_parts(draft: Draft, going: Sequence[Planned], ways: Mapping[str, Way]) -> int:
    parts = {
        (text.texts, text.message.locale): rendered.units.parts
        for text, rendered in zip(draft.texts, draft.rendered, strict=True)
        if text.kind == ChannelKind.SMS
    }
    by_sms = Counter(
        (d.texts, d.locale) for d in going if ways[d.route[0]].capabilities.kind is ChannelKind.SMS
    )
    return sum(parts[place] * people for place, people in by_sms.items())


def _cost(going: Sequence[Planned], ways: Mapping[str, Way], sms_parts: int) -> float | None:
    """What the first choice of channels costs; None where nothing has a known price."""
    total, known = 0.0, False
    for name, count in Counter(delivery.route[0] for delivery in going).items():
        way = ways[name]
        if way.price:
            known = True
            units = sms_parts if way.capabilities.kind is ChannelKind.SMS else count
            total += units * way.price
    return round(total, 2) if known else None
