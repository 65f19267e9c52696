"""Where a call stands. The state travels in the path of each request, so that a restart loses no call.

A path is `/voice/{step}/{number}?l=de&...`. It names the step that the caller has just heard, so that the
request to it brings the answer to that step; `/voice/answer/0` is the beginning of a call, and `whisper` that
of an agent's leg. A path holds no number and no name of a person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from broadcast.localisation.language import language_of

_MOST_REQUESTS = 99
_MOST_TRIES = 9
_MOST_SECONDS = 3600
_NUMBER = re.compile(r"[0-9]{1,20}", re.ASCII)
#: The ids of providers; it must be harmless in a path.
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


class Step(StrEnum):
    """What a document does; serve.md C.1 is the source of the list."""

    ANSWER = "answer"  # greeting, status and menu
    NUDGE = "nudge"  # the caller was silent: a shorter menu
    UNCLEAR = "unclear"  # the caller was not understood
    REPEAT = "repeat"  # status and menu again
    MENU = "menu"  # what was done, and the shorter menu
    LINK = "link"  # offer an SMS with the link
    LINK_NUMBER = "link-number"  # ask for a mobile number
    QUESTION = "question"  # a question that no rule answers
    REPLY = "reply"  # the answer to it
    HUMAN = "human"  # expected wait and offer of a call-back, before the first agent is rung
    RING = "ring"  # ring one agent
    CALL_BACK = "call-back"  # read the number back, confirm
    CALL_BACK_NUMBER = "call-back-number"  # ask for another number
    CALL_BACK_AGREED = "call-back-agreed"  # read that number back; the call-back is recorded
    VOICEMAIL = "voicemail"  # record a message
    RECORDED = "recorded"  # the recording has ended
    STOP = "stop"  # no more messages to this number
    AFTER = "after"  # rating after the conversation
    GOODBYE = "goodbye"
    WHISPER = "whisper"  # leg of the agent: topic and waiting time, key 1
    ACCEPT = "accept"  # leg of the agent: the key was pressed
    TAKE = "take"  # call-back, leg of the agent: topic and waiting time, key 1
    RETURN = "return"  # call-back, leg of the customer: key 1, so that no mailbox is connected
    RETURNED = "returned"  # call-back, leg of the agent: the conversation is over


class Topic(StrEnum):
    """Why a caller is handed over, in words for the agent."""

    ASKED = "asked"  # key 0, or words that ask for a person
    SILENT = "silent"
    UNCLEAR = "unclear"
    FRUSTRATED = "frustrated"
    EMERGENCY = "emergency"
    QUESTION = "question"  # a question that the facts do not answer
    REPEATED = "repeated"  # the third call within an hour
    VIP = "vip"
    OUTDATED = "outdated"  # the facts are older than their promise
    NONE = "none"


_STEPS: Mapping[str, Step] = {step.value: step for step in Step}
_TOPICS: Mapping[str, Topic] = {topic.value: topic for topic in Topic}


@dataclass(frozen=True, slots=True, kw_only=True)
class CallState:
    """One step of one call.

    Attributes:
        step: What the document of this state does.
        number: The number of the request in this call, from 0; with the id of the call it names each effect.
        locale: The language that is spoken.
        tries: How often the caller was silent or not understood in a row.
        repeats: How often the status was repeated.
        agent: How many agents were rung before the one who is rung now.
        rung: The seconds for which agents were rung altogether.
        topic: Why the caller is handed over.
        call: The id of the caller's leg, on the leg of an agent; else "".
    """

    step: Step
    number: int = 0
    locale: str = "en"
    tries: int = 0
    repeats: int = 0
    agent: int = 0
    rung: int = 0
    topic: Topic = Topic.NONE
    call: str = ""

    @property
    def path(self) -> str:
        """Return the path and query; values that are the default are left out."""
        given = {
            "l": self.locale,
            "r": self.tries or None,
            "s": self.repeats or None,
            "k": self.agent or None,
            "w": self.rung or None,
            "t": None if self.topic is Topic.NONE else self.topic.value,
            "c": self.call or None,
        }
        query = urlencode({name: value for name, value in given.items() if value is not None})
        return f"/voice/{self.step}/{self.number}?{query}"


def call_state_of(step: str, number: str, query: Mapping[str, str], locales: Sequence[str]) -> CallState:
    """Return the state that a path names.

    What is unknown or out of range is not refused, because a caller waits: an unknown step is the menu, an
    unknown language the first one, and numbers are brought into their range.

    >>> call_state_of("link", "2", {"l": "de", "r": "1"}, ("de", "en")).path
    '/voice/link/2?l=de&r=1'
    """
    known = _STEPS.get(step)
    request = _within(number, _MOST_REQUESTS)
    return CallState(
        step=known or Step.ANSWER,
        number=request if known else max(1, request),
        locale=_spoken(query.get("l", ""), locales),
        tries=_within(query.get("r", ""), _MOST_TRIES),
        repeats=_within(query.get("s", ""), _MOST_REQUESTS),
        agent=_within(query.get("k", ""), _MOST_REQUESTS),
        rung=_within(query.get("w", ""), _MOST_SECONDS),
        topic=_TOPICS.get(query.get("t", ""), Topic.NONE),
        call=query.get("c", "") if _ID.fullmatch(query.get("c", "")) else "",
    )


def _within(text: str, most: int) -> int:
    return min(int(text), most) if _NUMBER.fullmatch(text) else 0


def _spoken(locale: str, locales: Sequence[str]) -> str:
    """Return the locale if it is spoken, else one of the same language, else the first one."""
    same = (one for one in locales if language_of(one) == language_of(locale))
    return locale if locale in locales else next(same, locales[0])
