"""The sentences that a template adds to the given words, beside state, help and next update.

The preview shows them, because the commander is responsible for them too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from broadcast.model.channel import ChannelKind
from broadcast.model.notice import Facts
from broadcast.rendering.proof.case import GIVEN, Case, own
from broadcast.rendering.render import Rendered

_FOOT = "\n\n--\n"  # below it stands who writes and why
_SENTENCE_END = re.compile(r"(?<=[.?!])[\"“”»]?\s+(?=[^\sa-zäöüß])")
_NUMBER_END = re.compile(r"\d[\"“”]?$")  # "So, 16.11. 22:00" is no end of a sentence
_SPEAKER = re.compile(rf"^(?:ÜBUNG |EXERCISE )?{GIVEN}(?: KORREKTUR| CORRECTION)?[:,.]\s*")
_ABOUT = re.compile(rf"\s*:\s*{GIVEN}\.?$")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
#: Words for state, help, times and next update; a sentence of only these and of facts adds nothing.
_GERMAN = (
    "statusseite "
    "ab als am an ansage app april auf august aus automatische beendet behoben bei bericht betrifft "
    "betroffen bis bisher bleiben bleibt chat dann das dauert dem den der dezember di die dienstag do "
    "donnerstag e-mail e-mails ein eine einen eingeschränkt ende erreichbar erreichen es etwa fahrer "
    "februar fr fragen freitag frist fällt für gegangen geht gemeldet geplant geplante gestört gilt hilfe "
    "ich im in information intern interne ist januar jetzt juli juni kein korrektur kunden lage leitung "
    "länger läuft mai mehr meldung mesz mez mi minuten mittwoch mo montag märz nach neu neue neues nicht "
    "noch november nur nächste nächster nächstes oder oktober per sa samstag schweregrad seit september "
    "sie sms so sonntag stand statt stufe stunde stunden tag tage technik telefon uhr um und uns unser "
    "unsere unter update utc vom von vorgang vorgesetzte wann war wartung was web weiterhin wer wie "
    "wieder wir wird wurde zeit zu zum zurzeit zustand zwischen übung übungslage"
)
_ENGLISH = (
    "status than test the takes as planned "
    "a about affected affects again am an and app apr april are as at aug august automated available back "
    "began by call calls cancelled cest cet chat condition correction could day days dec december down "
    "e-mail ended ends exercise feb february fixed for fri friday from help hour hours how in incident "
    "internal is it jan january jul july jun june last level limited longer maintenance management mar "
    "march may message minutes mon monday more new news next not nov november now number oct october of "
    "on or our out over page phone planned pm questions reach report reported sat saturday scenario sep "
    "september severity since situation sms still sun sunday takes tech telephone the then thu thursday "
    "time to tue tuesday until up update us utc was web wed wednesday were what when who will working yet "
    "you your"
)
_FRAME: Mapping[str, frozenset[str]] = {"de": frozenset(_GERMAN.split()), "en": frozenset(_ENGLISH.split())}


def added(rendered: Rendered, facts: Facts, audience: str, kind: ChannelKind) -> tuple[str, ...]:
    """Return the sentences of a text that its template adds, each once; `...` stands for what is given.

    Headings, the foot of e-mails, and the subject are left out. In languages without a list of words, the
    sentences that name no fact are returned.
    """
    case = Case(audience, rendered.message.locale, kind, facts)
    text = own(rendered.message.text.partition(_FOOT)[0], case)
    shown = (one for line in text.splitlines() for one in _sentences(line) if _adds(one, case.language))
    return tuple(dict.fromkeys(map(_bare, shown)))


def _bare(sentence: str) -> str:
    """Return a sentence without its speaker and its subject."""
    bare = _ABOUT.sub("", _SPEAKER.sub("", sentence)).strip('„“”" ')
    return bare.replace(GIVEN, "...")


def _sentences(line: str) -> Iterator[str]:
    """Yield the sentences of a line, without the dash of a list item; a heading has none."""
    if line.rstrip().endswith(":"):
        return
    start = 0
    bare = line.removeprefix("- ")
    for match in _SENTENCE_END.finditer(bare):
        if not _NUMBER_END.search(bare[: match.start()].rstrip(".")):
            yield bare[start : match.end()].strip()
            start = match.end()
    yield bare[start:].strip()


def _adds(sentence: str, language: str) -> bool:
    words = [word.casefold() for word in _WORD.findall(sentence)]
    frame = _FRAME.get(language)
    if frame is None:
        return bool(words) and GIVEN not in sentence and not any(sign.isdigit() for sign in sentence)
    return not frame.issuperset(words)
