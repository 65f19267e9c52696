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
    """Words answers for one organisation; `locale` is its own.

    People whose language we do not know get a message in two languages: that of the organisation and another.

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
        """Return an SMS that begins with the organisation, unless only its name would take a further part."""
        phrases = PHRASES.phrases(taken.locale or self.locale)
        text = transliterate(" / ".join(_worded(taken, locale) for locale in self._locales(taken)))
        whole = phrases("sms", organisation=transliterate(self.organisation), text=text)
        return whole if measure(whole).parts == measure(text).parts else text

    def _locales(self, taken: Taken) -> list[str]:
        """Return the language of the person; if it is not known, ours and one more, English if it may be."""
        if taken.locale:
            return [taken.locale]
        own = PHRASES.phrases(self.locale).code
        others = sorted((code for code in PHRASES.languages() if code != own), key=lambda code: code != "en")
        return [own, *others[:1]]


def _worded(taken: Taken, locale: str) -> str:
    phrases = PHRASES.phrases(locale)
    text = phrases(f"written.{taken.said}", mark=taken.mark, option=taken.option)
    return phrases("person", person=taken.person, text=text) if taken.person else text
