"""Walking every sequence of keys from the entry on, to find where callers are lost.

    async with platform:
        found = await explore(platform, depth=4)
    assert found.findings == [], found

What the other phones do is up to the platform: explore once with a colleague who accepts, once with mailboxes
only, once with nobody on duty.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count, groupby

from tests.harness.telephone.persons import Action, Press, Silence, Speak
from tests.harness.telephone.platform import TelephonePlatform
from tests.harness.telephone.transcript import Ending, Step, Transcript

SILENCE = ""
KEYS: tuple[str, ...] = (*"0123456789*#", SILENCE)
NONSENSE = "blumento pferde"  # what no rule understands; longer than a key, so it is spoken
PERSON = "0"
REACHED = frozenset({"Dial", "Record", "Enqueue"})
LISTENS = frozenset({"Gather", "Record"})
AT_ONCE = 8
MOST_REPEATS = 5  # of one document, running
MOST_OFFERS = 1  # prompts between key 0 and a person, which go on by themselves


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong after these inputs; `` is silence."""

    kind: str
    inputs: tuple[str, ...]
    detail: str

    def __str__(self) -> str:
        inputs = " ".join(one or "silence" for one in self.inputs) or "the greeting"
        return f"{self.kind} after {inputs}: {self.detail}"


@dataclass
class Explored:
    """Everything that was found, and how much was walked; a finding of one kind and detail is kept once."""

    calls: int = 0
    requests: int = 0
    prompts: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def add(self, kind: str, inputs: Sequence[str], detail: str) -> None:
        """Keep a finding, with the shortest way to it."""
        if not any((one.kind, one.detail) == (kind, detail) for one in self.findings):
            self.findings.append(Finding(kind, tuple(inputs), detail))

    def __str__(self) -> str:
        head = f"{self.calls} calls, {self.requests} requests, {len(self.prompts)} different prompts"
        return "\n".join([head, *map(str, self.findings)])


def without_step_numbers(document: str) -> str:
    """Return a document without what only counts the steps of a call, so that equal prompts are equal."""
    return re.sub(r"(/voice/\w+)/\d+", r"\1/n", re.sub(r"CA[0-9a-f]{32}", "CA", document))


@dataclass
class Explorer:
    """One walk."""

    platform: TelephonePlatform
    keys: Sequence[str]
    same: Callable[[str], str]
    merge: bool
    most_offers: int
    explored: Explored = field(default_factory=Explored)
    _numbers: count[int] = field(default_factory=count)

    async def walk(self, depth: int) -> None:
        """Walk level by level, each sequence as a call of its own."""
        level: list[tuple[str, ...]] = [()]
        for _ in range(depth + 1):
            calls = await self._calls(level)
            level = [inputs for inputs, call in zip(level, calls, strict=True) if self._goes_on(inputs, call)]
            level = [(*inputs, key) for inputs in level for key in self.keys]

    async def repeat(self, times: int) -> None:
        """Do the same thing again and again: each key, silence, and words that mean nothing."""
        for one in (*self.keys, NONSENSE):
            await self._calls([(one,) * times])

    async def _calls(self, sequences: Sequence[tuple[str, ...]]) -> list[Transcript]:
        limit = asyncio.Semaphore(AT_ONCE)

        async def call(inputs: tuple[str, ...]) -> Transcript:
            async with limit:
                caller = f"+4915{next(self._numbers) + 100_000_000}"
                return await self.platform.call(*map(action, inputs), caller=caller)

        calls = await asyncio.gather(*map(call, sequences))
        for inputs, made in zip(sequences, calls, strict=True):
            self._check(inputs, made)
        return calls

    def _check(self, inputs: tuple[str, ...], call: Transcript) -> None:
        self.explored.calls += 1
        self.explored.requests += len(call.exchanges)
        for one in call.notifications:
            if one.code:
                kind = "invalid TwiML" if one.code in {12100, 12200, 11750} else "error"
                self.explored.add(kind, inputs, f"{one.code} {one.text}")
        if call.ending in {Ending.APPLICATION_ERROR, Ending.LONGEST}:
            self.explored.add("dead end", inputs, str(call.ending))
        elif ends_mute(call):
            self.explored.add("dead end", inputs, "the call ends without a word")
        if repeated := self._repeated(call):
            self.explored.add("repeated", inputs, repeated)
        if inputs[-1:] == (PERSON,):
            self._check_person(inputs, call)

    def _repeated(self, call: Transcript) -> str | None:
        texts = [self.same(one.text) for one in call.documents if one.who == "caller"]
        for text, group in groupby(texts):
            if len(list(group)) >= MOST_REPEATS:
                return f"the same document {MOST_REPEATS} times running: {text[:200]}"
        return None

    def _check_person(self, inputs: tuple[str, ...], call: Transcript) -> None:
        """Check that the last 0 led to a person or a voicemail, if there was a prompt to press it at."""
        pressed = listening(call.steps)
        if len(pressed) < len(inputs) or call.steps[pressed[len(inputs) - 1]].verb != "Gather":
            return
        at = pressed[len(inputs) - 1]
        offers = 0
        for step in call.steps[at + 1 :]:
            if step.verb in REACHED:
                break
            offers += step.verb == "Gather"
        else:
            offers = self.most_offers + 1
        if offers > self.most_offers:
            prompt = self.same(call.steps[at].document)
            self.explored.add("no person", inputs, f"0 reaches nobody in one step from {prompt[:300]}")

    def _goes_on(self, inputs: tuple[str, ...], call: Transcript) -> bool:
        """Return whether there is another prompt after these inputs, which was not walked before."""
        found = listening(call.steps)
        if len(found) <= len(inputs) or call.steps[found[len(inputs)]].verb != "Gather":
            return False
        prompt = self.same(call.steps[found[len(inputs)]].document)
        known = prompt in self.explored.prompts
        self.explored.prompts.add(prompt)
        return not (known and self.merge)


async def explore(  # noqa: PLR0913 - each is a choice of the test, and is named
    platform: TelephonePlatform,
    depth: int = 3,
    *,
    keys: Iterable[str] = KEYS,
    repeats: int = 12,
    merge: bool = True,
    same: Callable[[str], str] = without_step_numbers,
    most_offers: int = MOST_OFFERS,
) -> Explored:
    """Walk every sequence of at most `depth` inputs.

    It finds dead ends (application errors, endless calls, calls that end without a word), documents five
    times running, prompts from which 0 reaches neither a person nor a voicemail, and invalid TwiML.

    Args:
        platform: the account to call; what other phones do is set there.
        depth: how many inputs a sequence has at most; a caller is silent after them.
        keys: what is tried at each prompt; an empty text is silence.
        repeats: how often each input is then repeated in one call.
        merge: walk on from a prompt only once, however it was reached.
        same: what makes two documents the same prompt.
        most_offers: prompts that may come between key 0 and a person, if they go on without an answer.
    """
    explorer = Explorer(platform, tuple(keys), same, merge, most_offers)
    await explorer.walk(depth)
    if repeats:
        await explorer.repeat(repeats)
    return explorer.explored


def action(one: str) -> Action:
    """Return what a caller does: silence, a key, or words."""
    if not one:
        return Silence()
    return Press(one) if len(one) == 1 else Speak(one)


def listening(steps: Sequence[Step]) -> list[int]:
    """Return where a caller could do something; the first input went to the first of them, and so on."""
    return [position for position, step in enumerate(steps) if step.verb in LISTENS]


def ends_mute(call: Transcript) -> bool:
    """Return whether the call ended with neither a person, a voicemail nor a word after the last input."""
    if call.ending not in {Ending.HUNG_UP_BY_US, Ending.NO_MORE_VERBS}:
        return False
    if call.bridges or any(step.verb == "Record" for step in call.steps):
        return False
    since = call.acted[-1] if call.acted else 0.0
    return not any(one.at >= since for one in call.heard if one.kind == "say" and one.who == "caller")
