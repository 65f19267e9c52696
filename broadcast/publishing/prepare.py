"""Prepare a notice before it is recorded: render and check its texts, and make the preview."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from broadcast.errors import TooLong
from broadcast.ledger.records import NoticeText
from broadcast.model.channel import ChannelKind
from broadcast.model.incident import Incident, Service
from broadcast.model.notice import Facts
from broadcast.model.outgoing import Headline
from broadcast.model.plan import Planned
from broadcast.model.situation import situation_of
from broadcast.model.suppression import Suppressed
from broadcast.model.work import WorkChange
from broadcast.planning.plan import PUBLIC
from broadcast.planning.planned_channel import PlannedChannel
from broadcast.publishing.plan_summary import PlanSummary, Share
from broadcast.publishing.preview import AudiencePreview, BarredPreview, Preview, TextPreview
from broadcast.publishing.recipients import Recipients
from broadcast.rendering.added_sentences import added
from broadcast.rendering.catalogue import PUBLIC as CUSTOMERS
from broadcast.rendering.clean import one_line
from broadcast.rendering.render import Rendered, Renderer
from broadcast.rendering.sms import measure
from broadcast.rendering.variables import checked_link

#: The number of parts that an SMS may have once a person's own values are filled in.
PERSONAL_PARTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedNotice:
    """A notice that is ready for the preview and for the ledger, but not recorded.

    Attributes:
        incident: The incident as it will be after this notice; its `id` is 0 if it is new.
        facts: The record that all texts were rendered from.
        recipients: Its deliveries and their counts.
        texts: Every text that any channel of any route may need.
        rendered: How each of `texts` was rendered (same order): its length and what was cut.
        warnings: For the preview; the most important come last.
        suppressed: The suppressions it was planned with.
        author: Who publishes it; empty for the person who runs the program.
        work: What the command asks of the clock for announced work; None leaves it as it was.

    Example:
        shown = preview(prepared, channels.planned, sandbox=False)
        consent(shown)  # raises Refused for a no
    """

    incident: Incident
    facts: Facts
    recipients: Recipients
    texts: Sequence[NoticeText]
    rendered: Sequence[Rendered]
    warnings: tuple[str, ...]
    suppressed: Suppressed
    author: str = ""
    work: WorkChange | None = None


def write_texts(
    facts: Facts, needed: Iterable[tuple[str, str, str]], renderer: Renderer
) -> tuple[list[NoticeText], list[Rendered]]:
    """Render each needed text once; raises `TemplateError`."""
    texts, rendered = [], []
    for audience, locale, kind in sorted(needed):
        result = renderer.render(facts, audience, locale, ChannelKind(kind))
        texts.append(NoticeText(audience, kind, replace(result.message, locale=locale)))
        rendered.append(result)
    return texts, rendered


def check_personal(
    texts: Sequence[NoticeText], rendered: Sequence[Rendered], deliveries: Iterable[Planned]
) -> None:
    """Measure personal SMS with each person's values; raises `TooLong` for the first that is too long."""
    personal = {
        (text.template_audience, text.message.locale): (text.message, result)
        for text, result in zip(texts, rendered, strict=True)
        if text.message.slots and text.kind == ChannelKind.SMS
    }
    for delivery in deliveries if personal else ():
        if delivery.contact and (found := personal.get((delivery.template_audience, delivery.locale))):
            message, result = found
            length = measure(message.personal(delivery.contact.template_values()).text)
            if length.parts > max(result.units.parts, PERSONAL_PARTS):
                raise TooLong(
                    f"{result.template}: {length.units} units, {length.parts} SMS parts "
                    f"for contact {delivery.contact.id}",
                    hint="shorten the template or what it says about the person",
                )


def needed_texts(
    shares: Iterable[Share],
    channels: Mapping[str, PlannedChannel],
    locales: Sequence[str],
    earlier: Sequence[tuple[str, str, str]] = (),
) -> set[tuple[str, str, str]]:
    """Return (audience, locale, channel kind) of every text that any channel of any route needs.

    For a channel that is not configured any more, these are all `earlier` kinds of that audience and locale.
    """
    needed: set[tuple[str, str, str]] = set()
    for share in shares:
        for name in share.route:
            if name not in channels:
                needed.update(text for text in earlier if text[:2] == (share.template_audience, share.locale))
                continue
            capabilities = channels[name].capabilities
            spoken = {share.locale, *locales} if capabilities.speaks_all_locales else {share.locale}
            needed.update((share.template_audience, each, str(capabilities.kind)) for each in spoken)
    return needed


def written_for(recipients: Recipients) -> tuple[str, ...]:
    """Return the template audiences of all recipients, sorted; public posts count as `customers`."""
    return tuple(
        sorted(
            {
                CUSTOMERS if share.template_audience == PUBLIC else share.template_audience
                for share in recipients.shares
            }
        )
    )


def headline(facts: Facts, identity: str | None) -> Headline:
    """Return the facts in the form that status pages need; `identity` is the incident's."""
    return Headline(
        identity=identity or "",
        incident=facts.ref,
        sequence=facts.sequence,
        title=one_line(facts.title),
        kind=facts.kind,
        phase=facts.phase,
        severity=facts.severity,
        severity_before=facts.severity_before,
        situation=situation_of(facts, outside=True),
        corrects=facts.corrects,
        extent=dict(facts.variables).get("extent"),
        drill=facts.drill,
        organisation=one_line(facts.organisation),
        services=tuple(map(_on_one_line, facts.services)),
        as_of=facts.as_of,
        started=facts.started,
        ended=facts.ended,
        next_update=facts.next_update,
        window_starts=facts.window_starts,
        window_ends=facts.window_ends,
        former_starts=facts.former_starts,
        former_ends=facts.former_ends,
        link=checked_link(facts.link),
        hotline=facts.hotline and one_line(facts.hotline),
        alternatives=facts.alternatives,
        cut_off=facts.cut_off,
    )


def _on_one_line(service: Service) -> Service:
    names = tuple((locale, one_line(name)) for locale, name in service.names)
    return replace(service, key=one_line(service.key), names=names)


def preview(prepared: PreparedNotice, channels: Mapping[str, PlannedChannel], *, sandbox: bool) -> Preview:
    """Return the preview of the draft."""
    summary = prepared.recipients.summary
    parts = _sms_parts(prepared, channels)
    return Preview(
        incident=prepared.facts.ref,
        sequence=prepared.facts.sequence,
        kind=prepared.facts.kind,
        title=prepared.facts.title,
        drill=prepared.facts.drill,
        sandbox=sandbox,
        people=sum(summary.people.values()),
        posts=tuple(dict.fromkeys(share.route[0] for share in summary.shares if share.posts)),
        audiences=tuple(_audience(name, summary) for name in summary.audiences),
        texts=_text_previews(prepared, channels),
        unreachable=summary.unreachable,
        barred=barred(summary),
        sms_parts=parts,
        cost=_cost(summary.first, channels, parts),
        next_update=prepared.facts.next_update,
        window_starts=prepared.facts.window_starts,
        window_ends=prepared.facts.window_ends,
        former_starts=prepared.facts.former_starts,
        former_ends=prepared.facts.former_ends,
        warnings=prepared.warnings,
        affects=prepared.facts.affects,
    )


def _audience(name: str, summary: PlanSummary) -> AudiencePreview:
    first: Counter[str] = Counter()
    for share, people in summary.shares.items():
        if share.audience == name and not share.posts:
            first[share.route[0]] += people
    unreachable = sum(one.audience == name for one in summary.unreachable)
    return AudiencePreview(
        name=name,
        people=summary.people.get(name, 0),
        first=tuple(first.items()),
        unreachable=unreachable,
        suppressed=summary.suppressed.get(name, 0),
    )


def barred(summary: PlanSummary) -> tuple[BarredPreview, ...]:
    """Return the number of unused addresses by audience, kind and reason."""
    return tuple(
        BarredPreview(audience, each.kind, each.reason, people)
        for (audience, each), people in summary.barred.items()
    )


def _text_previews(
    prepared: PreparedNotice, channels: Mapping[str, PlannedChannel]
) -> tuple[TextPreview, ...]:
    first: Counter[tuple[str, str, str]] = Counter()
    for share, count in prepared.recipients.summary.shares.items():
        first[share.template_audience, share.locale, str(channels[share.route[0]].capabilities.kind)] += count
    return tuple(
        TextPreview(
            audience=text.template_audience,
            locale=text.message.locale,
            kind=text.kind,
            subject=text.message.subject,
            text=text.message.text,
            size=str(rendered.units),
            recipients=first[text.template_audience, text.message.locale, text.kind],
            added=added(rendered, prepared.facts, text.template_audience, ChannelKind(text.kind)),
        )
        for text, rendered in zip(prepared.texts, prepared.rendered, strict=True)
    )


def _sms_parts(prepared: PreparedNotice, channels: Mapping[str, PlannedChannel]) -> int:
    parts = {
        (text.template_audience, text.message.locale): rendered.units.parts
        for text, rendered in zip(prepared.texts, prepared.rendered, strict=True)
        if text.kind == ChannelKind.SMS
    }
    return sum(
        parts[share.template_audience, share.locale] * people
        for share, people in prepared.recipients.summary.shares.items()
        if channels[share.route[0]].capabilities.kind is ChannelKind.SMS
    )


def _cost(first: Mapping[str, int], channels: Mapping[str, PlannedChannel], sms_parts: int) -> float | None:
    """Return the cost in US dollars if every first channel works; None if no channel has a known price."""
    total, known = 0.0, False
    for name, count in first.items():
        channel = channels[name]
        if channel.price:
            known = True
            units = sms_parts if channel.capabilities.kind is ChannelKind.SMS else count
            total += units * channel.price
    return round(total, 2) if known else None
