"""The words of answers: as an SMS, and as they are spoken during a call."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from broadcast.inbound.inbox import Said, Taken
from broadcast.localisation.phrase_book import PhraseBook
from broadcast.model.channel import ChannelKind
from broadcast.rendering.sms import measure, transliterate

PHRASES = PhraseBook(Path(__file__).with_name("phrases"))


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """Words answers for one organisation; `locale` is for people whose language we do not know.

    Example:
        >>> AnswerWords("Muster Handel", "de").text(taken, ChannelKind.SMS)
        'Muster Handel: Bestätigt, danke (INC-7/2).'
    """

    organisation: str
    locale: str

    def text(self, taken: Taken, kind: ChannelKind) -> str:
        """Return what to answer on a channel of this kind; empty if nothing is to be said."""
        if taken.said is Said.NOTHING:
            return ""
        return self._spoken(taken) if kind is ChannelKind.VOICE else self._written(taken)

    def _spoken(self, taken: Taken) -> str:
        phrases = PHRASES.phrases(taken.locale or self.locale)
        return phrases(f"spoken.{taken.said}", option=taken.option)

    def _written(self, taken: Taken) -> str:
        """Return an SMS that begins with the organisation; without it if it would take a second part."""
        phrases = PHRASES.phrases(taken.locale or self.locale)
        text = phrases(f"written.{taken.said}", mark=taken.mark, option=taken.option)
        if taken.person:
            text = phrases("person", person=taken.person, text=text)
        text = transliterate(text)
        whole = phrases("sms", organisation=transliterate(self.organisation), text=text)
        return whole if measure(whole).parts == 1 else text
