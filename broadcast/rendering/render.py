"""Render messages from facts: choose the template and language, and make the text fit its channel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from broadcast.errors import TemplateError, TooLong
from broadcast.model.channel import ChannelKind, Limit
from broadcast.model.incident import Severity
from broadcast.model.letterhead import NO_LETTERHEAD, Letterhead
from broadcast.model.message import Message
from broadcast.model.notice import Facts
from broadcast.model.text import without_mentions
from broadcast.rendering import length, sms, speech
from broadcast.rendering.catalogue import PUBLIC, SUFFIX, Catalogue
from broadcast.rendering.fit import SENTENCES, WORKS, FitStep, Fitted, Room, fit, message, names, sender
from broadcast.rendering.length import Length
from broadcast.rendering.placement import PUBLISHED
from broadcast.rendering.text_draft import Templates, TextDraft, filled, on_one_line, paragraphed, slots_in

_HARD_PARTS = 3
_URGENT = frozenset({Severity.SEV1, Severity.SEV2})

_SHORT_STEPS = (
    *SENTENCES,
    *names(60),
    *sender(60),
    *names(30),
    *message(300, 200, 120, 60, 1),
    *sender(30),
    WORKS,
)
_SOCIAL_STEPS = (
    *(*SENTENCES, *names(80), *sender(60), *names(40)),
    *(*message(160, 100, 60, 1), *sender(30), *names(25), WORKS, *message(0)),
)
#: What callers hear must be short; what has no room is in the SMS and on the page.
_HOTLINE_STEPS = (*SENTENCES, *names(60), *message(200, 120, 60, 1), *names(30), WORKS, *message(0))
_LONG_STEPS = (*names(200, 100), *message(20_000, 10_000, 2_000, 1_000, 500, 200))
#: Kinds with a title: its template, and the limits of title and text.
_TITLED = {
    ChannelKind.PAGE: ("page.title", length.PAGE_TITLE_MOST, length.PAGE_BODY_MOST),
    ChannelKind.DESK: ("desk.subject", length.SUBJECT_MOST, length.DESK_MOST),
}
_SUBJECT_STEPS = (*sender(40), *names(60, 45, 35, 25, 15), *sender(20))

Measure: TypeAlias = Callable[[str], Length]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message with its template, its length, and what was dropped to make it fit."""

    message: Message
    template: str
    units: Length
    dropped: tuple[str, ...]


class Renderer:
    """Renders the texts of notices and checks each of them against the facts.

    Example:
        >>> renderer = Renderer(Catalogue(default_folders(None)), "de")
        >>> renderer.render(facts, "customers", "de-AT", ChannelKind.SMS).message.text
        'Muster Handel: Gestört seit 13:40: Bezahlvorgang. ...'

    Args:
        catalogue: the folders of templates.
        default_locale: the organisation's language, for readers whose language has no templates.
        max_parts: the parts that an SMS may have if one is not enough, at most three; always three for
            `sev1` and `sev2`.
        post: the limits of a post, one for each network; X's if it is empty.
        letterhead: the foot of mails.

    Raises:
        TemplateError: if a template is missing or broken, or its text contradicts the facts.
        TooLong: if a text does not fit even when shortened.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        default_locale: str = "en",
        *,
        max_parts: int = 2,
        post: Sequence[Limit] = (),
        letterhead: Letterhead = NO_LETTERHEAD,
    ) -> None:
        self._templates = Templates(catalogue, default_locale, letterhead)
        self._max_parts = min(max_parts, _HARD_PARTS)
        self._post = tuple(post) or length.POST

    def render(self, facts: Facts, audience: str, locale: str, kind: ChannelKind) -> Rendered:
        """Return the text for one audience, language and kind of channel.

        The message's `locale` is the language that it is written in: the reader's if we have it.

        Raises:
            TemplateError: if the template is missing or broken, or its text contradicts the facts.
            TooLong: if the text does not fit even when shortened.
        """
        rendered = self._written(facts, audience, locale, kind)
        if kind in PUBLISHED and rendered.message.slots:
            raise TemplateError(
                f"{rendered.template}: a text for everybody cannot show contact.{rendered.message.slots[0]}",
                hint="say it in the e-mail or the SMS, which go to one person each",
            )
        return rendered

    def _written(self, facts: Facts, audience: str, locale: str, kind: ChannelKind) -> Rendered:
        text_draft = self._text_draft(facts, audience, locale, kind)
        match kind:
            case ChannelKind.SMS:
                return _sms(text_draft, _HARD_PARTS if facts.severity in _URGENT else self._max_parts)
            case ChannelKind.EMAIL:
                return _email(text_draft)
            case ChannelKind.SOCIAL:
                return _single(text_draft, partial(_post_length, self._post), _SOCIAL_STEPS, _posted)
            case ChannelKind.PAGE | ChannelKind.DESK:
                return _titled(text_draft, *_TITLED[kind])
            case ChannelKind.VOICE | ChannelKind.HOTLINE:
                return _hotline(text_draft) if kind is ChannelKind.HOTLINE else _voice(text_draft)
            case _:
                return _single(text_draft, partial(_characters, length.CHAT_MOST), _LONG_STEPS)

    def _text_draft(self, facts: Facts, audience: str, locale: str, kind: ChannelKind) -> TextDraft:
        folder = PUBLIC if kind in PUBLISHED else audience
        source = self._templates.source(locale, folder, facts, f"{kind.value}.txt")
        return TextDraft(self._templates, facts, folder, source)


def _sms(text_draft: TextDraft, most_parts: int) -> Rendered:
    """Return the text in one part if that is enough."""
    return _short(text_draft, sms.transliterate, partial(_sms_length, 1), partial(_sms_length, most_parts))


def _voice(text_draft: TextDraft) -> Rendered:
    """Return the text as a voice says it, so that the preview shows what people will hear."""
    say = partial(speech.spoken, words=text_draft.words, site=text_draft.facts.link or "")
    return _short(text_draft, say, partial(_calm, text_draft.audience), _said)


def _hotline(text_draft: TextDraft) -> Rendered:
    """Return what callers hear about one incident; a long text is better than none for somebody who calls."""
    wished = partial(_seconds, length.HOTLINE_WISHED)
    say = partial(speech.spoken, words=text_draft.words, site=text_draft.facts.link or "")

    def write(room: Room) -> str:
        return say(text_draft.write(text_draft.source.name, room, on_one_line))

    fitted = fit(write, lambda text: wished(text).fits, _HOTLINE_STEPS)
    return _rendered(text_draft, fitted, wished(fitted.text) if fitted.fits else _said(fitted.text))


def _short(text_draft: TextDraft, shape: Callable[[str], str], wished: Measure, most: Measure) -> Rendered:
    """Return the text in the wished length if that costs only a pleasantry, else in the greatest length."""

    def write(room: Room) -> str:
        return shape(text_draft.write(text_draft.source.name, room, on_one_line))

    single = fit(write, lambda text: wished(text).fits, SENTENCES)
    if single.fits:
        return _rendered(text_draft, single, wished(single.text))
    longer = fit(write, lambda text: most(text).fits, _SHORT_STEPS)
    return _rendered(text_draft, longer, most(longer.text))


def _email(text_draft: TextDraft) -> Rendered:
    subject = _line(text_draft, "email.subject", length.SUBJECT_WISHED, length.SUBJECT_MOST)
    layout = f"{text_draft.locale}/_layout/email.txt{SUFFIX}"
    rooms: list[Room] = []

    def write(room: Room) -> str:
        rooms.append(room)
        return text_draft.write_in_layout(layout, room, paragraphed, subject.text)

    measure = partial(_characters, length.EMAIL_MOST)
    fitted = fit(write, lambda text: measure(text).fits, _LONG_STEPS)
    html = text_draft.write_html(rooms[-1], subject.text)
    return _rendered(text_draft, fitted, measure(fitted.text), subject, html)


def _titled(text_draft: TextDraft, file: str, title_most: int, body_most: int) -> Rendered:
    title = _line(text_draft, file, title_most, title_most)
    return _rendered(text_draft, *_body(text_draft, partial(_characters, body_most), _LONG_STEPS), title)


def _single(
    text_draft: TextDraft,
    measure: Measure,
    steps: tuple[FitStep, ...],
    shape: Callable[[str], str] = paragraphed,
) -> Rendered:
    return _rendered(text_draft, *_body(text_draft, measure, steps, shape))


def _posted(text: str) -> str:
    """Return the text of a public post, in which no name may notify a person."""
    return without_mentions(paragraphed(text))


def _body(
    text_draft: TextDraft,
    measure: Measure,
    steps: tuple[FitStep, ...],
    shape: Callable[[str], str] = paragraphed,
) -> tuple[Fitted, Length]:
    def write(room: Room) -> str:
        return text_draft.write(text_draft.source.name, room, shape)

    fitted = fit(write, lambda text: measure(text).fits, steps)
    return fitted, measure(fitted.text)


def _line(text_draft: TextDraft, file: str, wished: int, most: int) -> Fitted:
    """Return a subject or title in the wished length if possible, and never above the most."""
    source = text_draft.part(file)

    def write(room: Room) -> str:
        return text_draft.write(source.name, room, on_one_line)

    fitted = fit(write, lambda text: _characters(wished, text).fits, _SUBJECT_STEPS)
    units = _characters(most, fitted.text)
    if not units.fits:
        raise _too_long(source.name, units)
    return fitted


def _rendered(
    text_draft: TextDraft,
    fitted: Fitted,
    units: Length,
    heading: Fitted | None = None,
    html: str | None = None,
) -> Rendered:
    """Return the finished message; raises `TooLong` with its length and the limits."""
    if not units.fits:
        raise _too_long(text_draft.source.name, units)
    subject = heading.text if heading else None
    slots = slots_in("\n".join((fitted.text, subject or "", html or "")), text_draft.source.name)
    dropped = tuple(dict.fromkeys((*fitted.dropped, *(heading.dropped if heading else ()))))
    written = Message(locale=text_draft.locale, text=fitted.text, subject=subject, html=html, slots=slots)
    return Rendered(written, text_draft.source.name, units, dropped)


def _too_long(template: str, units: Length) -> TemplateError:
    return TooLong(
        f"{template}: {units}, even when shortened",
        hint="shorten --message, the title or the names of the services",
    )


def _sms_length(most_parts: int, text: str) -> Length:
    measured = sms.measure(filled(text))
    limit = sms.capacity(measured.encoding, 1 if measured.parts == 1 else most_parts)
    # A pair is never split and can leave a unit of every part empty: then parts decide, not units.
    units = measured.units if measured.parts <= most_parts else max(measured.units, limit + 1)
    return Length(measured.encoding.value, units, limit, measured.parts)


def _post_length(limits: Sequence[Limit], text: str) -> Length:
    return length.tightest(filled(text), limits)


def _calm(audience: str, text: str) -> Length:
    """Return the length in seconds or in words, whichever is nearer to its wished limit."""
    said = filled(text)
    most = length.wished_words(audience)
    return length.closest(
        (
            Length(length.SPEECH, speech.seconds(said), length.SPEECH_WISHED),
            Length(length.SPOKEN_WORDS, speech.words(said), most),
        )
    )


def _said(text: str) -> Length:
    return _seconds(length.SPEECH_MOST, text)


def _seconds(most: int, text: str) -> Length:
    return Length(length.SPEECH, speech.seconds(filled(text)), most)


def _characters(most: int, text: str) -> Length:
    return Length("characters", len(filled(text)), most)
