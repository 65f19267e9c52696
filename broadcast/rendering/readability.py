"""Find what makes a message hard to read: long sentences, long words, technical terms."""

from __future__ import annotations

import re
from collections.abc import Mapping

_MOST_WORDS = 20
_LONGEST_WORD = {"de": 20, "en": 14}
_NAMED = 3  # words that are named
_SENTENCE_END = re.compile(r"(?<!\d)[.!?:;](?=\s|$)|\n")
_WORD = re.compile(r"[^\W\d_][^\W_]*(?:['’-][^\W_]+)*")
_LINK = re.compile(r"https?://\S+|\S+@\S+")
#: Technical terms, and words that everybody understands.
_JARGON: Mapping[str, Mapping[str, str]] = {
    "de": {
        "authentifizierung": "Anmeldung",
        "backend": "System",
        "beeinträchtigung": "Störung",
        "beeinträchtigungen": "Störungen",
        "degradiert": "langsam",
        "deployment": "neue Version",
        "diesbezüglich": "dazu",
        "failover": "Ersatz",
        "frontend": "Internetseite",
        "hotfix": "Reparatur",
        "incident": "Störung",
        "latenz": "Wartezeit",
        "latenzen": "Wartezeiten",
        "mitigation": "Abhilfe",
        "provider": "Anbieter",
        "redundant": "doppelt vorhanden",
        "rollback": "alte Version",
        "temporär": "zurzeit",
        "timeout": "dauert zu lange",
        "timeouts": "dauert zu lange",
        "umgehend": "gleich",
        "unverzüglich": "gleich",
        "vorkasse": "zuerst bezahlen",
        "vorsorglich": "zur Sicherheit",
        "workaround": "anderer Weg",
    },
    "en": {
        "authentication": "sign-in",
        "backend": "system",
        "degraded": "slow",
        "deployment": "new version",
        "endpoint": "address",
        "failover": "backup",
        "hotfix": "repair",
        "impacted": "affected",
        "incident": "outage",
        "intermittent": "now and then",
        "intermittently": "now and then",
        "latency": "delay",
        "mitigate": "repair",
        "mitigation": "repair",
        "redundant": "spare",
        "remediation": "repair",
        "rollback": "old version",
        "throughput": "speed",
        "timeout": "takes too long",
        "timeouts": "takes too long",
        "utilise": "use",
        "utilize": "use",
        "workaround": "another way",
    },
}


def hard_to_read(message: str, language: str) -> str | None:
    """Return what makes a message hard to read, in one line; None if it is easy."""
    text = _LINK.sub("", message)
    longest = max((len(_WORD.findall(sentence)) for sentence in _SENTENCE_END.split(text)), default=0)
    found = [f"a sentence of {longest} words (make two of it)"] if longest > _MOST_WORDS else []
    words = list(dict.fromkeys(_WORD.findall(text)))
    jargon = _JARGON.get(language, {})
    found += [f"{word} (say: {jargon[word.casefold()]})" for word in words if word.casefold() in jargon][
        :_NAMED
    ]
    most = _LONGEST_WORD.get(language)
    found += [word for word in words if most and len(word) > most and word.casefold() not in jargon][:_NAMED]
    return ", ".join(found) or None
