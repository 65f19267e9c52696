"""An incident from the first word to the all-clear, on this machine alone. `make demo` runs it.

    python examples/demo.py [FOLDER]

The company of `examples/company` is copied to FOLDER (`demo/` here), and every command could be typed there.
The providers are played by the local sandbox, which afterwards is asked what it received: the demo ends
with exit code 1 unless everybody was told every notice once.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

COMPANY = Path(__file__).parent / "company"
FOLDER = Path(sys.argv[1]).absolute() if sys.argv[1:] else Path(__file__).parents[1] / "demo"
BROADCAST = (sys.executable, "-m", "broadcast")
#: A rehearsal need not wait for what a real account is allowed, nor for a colleague's shell settings.
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("BROADCAST_")},
    "BROADCAST_LOCALE": "en",  # the language that the messages below are typed in
    "BROADCAST_CHANNELS_SMS_RATE": "1000",
}
COLOUR = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
WIDTH = 100
NOTICES = 3
PUBLISHED = ("x", "statuspage")
WITH_RECEIPTS = ("twilio", "sendgrid")
LISTENING: list[subprocess.Popen[bytes]] = []
#: In every text, and so in what the sandbox keeps: `[INC-1/2]`, or spelled in the foot of a mail.
MARK = re.compile(r"INC-([0-9]+)(?:/|, (?:message|Meldung) )([0-9]+)")

FIRST = (
    *("notify", "Chat and e-mail down", "--severity", "sev2", "--service", "chat", "--service", "email"),
    *("--var", "title.de=Chat und E-Mail gestört"),
    *("--message", "Orders and deliveries go on. Please call us."),
    *("--var", "message.de=Bestellungen und Lieferungen laufen weiter. Bitte rufen Sie uns an."),
    *("--next-update", "30m", "--key", "demo/1"),
)
SECOND = (
    *(
        "update",
        "--phase",
        "identified",
        "--message",
        "The provider has found the cause and is replacing a part.",
    ),
    *("--var", "message.de=Der Anbieter hat die Ursache gefunden und tauscht ein Teil aus."),
    *("--next-update", "20m", "--key", "demo/2"),
)
THIRD = (
    *("resolve", "--message", "Chat and e-mail work again."),
    *("--var", "message.de=Chat und E-Mail gehen wieder.", "--key", "demo/3"),
)


def main() -> int:
    """Play the incident; 0 if all went as it should."""
    started = time.monotonic()
    prepare()
    try:
        told, arrived = play()
    except Failure as failure:
        print(f"\nThe demo did not go as it should: {failure}", file=sys.stderr)
        broadcast("sandbox", "stop", capture=True)
        return 1
    except KeyboardInterrupt:
        broadcast("sandbox", "stop", capture=True)
        return 130
    finally:
        stop_listening()
    seconds = time.monotonic() - started
    heading(
        f"{told:,} people were told three times, nobody twice; "
        f"{arrived:,} of {NOTICES * told:,} messages have a receipt that they arrived ({seconds:.0f} s)."
    )
    farewell()
    return 0


def play() -> tuple[int, int]:
    """Play it; return how many people were told, and how many messages arrived by their receipts."""
    heading("Muster Handel, a made-up shop: 1,108 people, two languages, six channels. No message is real:")
    heading("the sandbox plays the providers, and `serve` listens to what they say later.", first=False)
    run("sandbox", "start")
    listen()
    heading("Something is wrong. One command tells everyone, each in their words and language.")
    tell(*FIRST)
    heading("Was it sent? Run it again: the key remembers, and nobody is told twice.")
    run("--sandbox", *FIRST, "--yes", lines=1)
    heading("Did it arrive? The providers have said so by now. Mail servers and public pages never do.")
    arrived = await_receipts(1)
    run("--sandbox", "status", "INC-1")
    heading("Now our own mail server refuses us. SMS steps in for the people who got mail from there.")
    run("sandbox", "fault", "smtp:auth")
    tell(*SECOND)
    arrived += await_receipts(2)
    heading("All is well again. Everybody who was told hears of it, on the way that reached them.")
    run("sandbox", "fault", "--clear")
    tell(*THIRD)
    heading("Every SMS and every mail arrived; the other three are public pages. What is left is the report.")
    arrived += await_receipts(NOTICES)
    run("--sandbox", "status", "--all")
    run("--sandbox", "report", "INC-1", "--lang", "en", "--out", "report.html")
    return check(received()), arrived


class Failure(Exception):
    """Something was not as it should be."""


def prepare() -> None:
    """A fresh folder; a sandbox of an earlier demo ends."""
    if (FOLDER / ".sandbox").exists():
        broadcast("sandbox", "stop", capture=True)
        shutil.rmtree(FOLDER / ".sandbox")
    shutil.copytree(COMPANY, FOLDER, dirs_exist_ok=True)


def listen() -> None:
    """Start `serve` beside the demo, and wait until it listens."""
    words = ("--sandbox", "serve")
    print(f"\n{bold('$ ' + typed(words) + ' &')}", flush=True)
    log = FOLDER / ".sandbox" / "serve.log"
    with log.open("w", encoding="utf-8") as lines:
        LISTENING.append(subprocess.Popen([*BROADCAST, *words], cwd=FOLDER, env=ENVIRONMENT, stderr=lines))
    # Not only the first line: without the extra `metrics`, serve says so first.
    until(lambda: "listening: " in log.read_text(encoding="utf-8"), f"serve did not start: see {log}")


def stop_listening() -> None:
    """End `serve` in good order."""
    while LISTENING:
        process = LISTENING.pop()
        process.terminate()
        process.wait(timeout=30)


def await_receipts(notice: int) -> int:
    """Wait until every SMS and mail of the latest notice is delivered; returns how many there are."""
    sent = [message for message in received() if message["provider"] in WITH_RECEIPTS]
    expected = sum(1 for message in sent if mark(message) == ("1", str(notice)))

    def delivered() -> int:
        shown = json.loads(broadcast("--sandbox", "status", "INC-1", "-o", "json", capture=True).stdout)
        return int(shown["incidents"][0]["counts"]["delivered"])

    until(lambda: delivered() == expected, f"not all of {expected} receipts came back", pause=1.0)
    return expected


def until(holds: Callable[[], bool], trouble: str, within: float = 90.0, pause: float = 0.2) -> None:
    """Wait until something holds; raises `Failure` with the trouble if it does not."""
    end = time.monotonic() + within
    while not holds():
        if time.monotonic() > end:
            raise Failure(trouble)
        threading.Event().wait(pause)


def mark(message: Mapping[str, str]) -> tuple[str, str]:
    """The incident and the notice that a text names last."""
    incident, sequence = MARK.findall(message["text"])[-1]
    return incident, sequence


def tell(*arguments: str) -> None:
    """A notice, without being asked: there is nobody to answer in CI."""
    run("--sandbox", *arguments, "--yes")


def run(*arguments: str, lines: int | None = None) -> None:
    """Show a command, run it, and let its output be seen, or only the first `lines` of it."""
    head = f" | head -n {lines}" if lines else ""
    print(f"\n{bold('$ ' + (again(arguments) if lines else typed(arguments)) + head)}", flush=True)
    finished = broadcast("--quiet", *arguments, capture=lines is not None)
    if lines:
        print("\n".join(finished.stdout.splitlines()[:lines]), flush=True)
    if finished.returncode:
        raise Failure(f"exit code {finished.returncode} from: {typed(arguments)}")


def typed(arguments: Sequence[str]) -> str:
    """The command as one would type it; a long one goes on in the next line, before an option."""
    lines = ["broadcast"]
    for position, word in enumerate(arguments):
        spelled = f'"{word}"' if " " in word else word
        ahead = f"{spelled} {arguments[position + 1] if position + 1 < len(arguments) else ''}"
        if word.startswith("--") and len(f"{lines[-1]} {ahead}") > WIDTH:
            lines.append("   ")
        lines[-1] += f" {spelled}"
    return " \\\n".join(lines)


def again(arguments: Sequence[str]) -> str:
    """A command that was shown before: its beginning and its end."""
    return f"{typed(arguments[:3])} ... {' '.join(arguments[-3:])}"


def broadcast(*arguments: str, capture: bool = False) -> subprocess.CompletedProcess[str]:
    """Run `broadcast` in `demo/`."""
    command = [*BROADCAST, *arguments]
    return subprocess.run(
        command, cwd=FOLDER, env=ENVIRONMENT, capture_output=capture, text=True, check=False, timeout=120
    )


def sandbox_url() -> str:
    """Where the sandbox listens."""
    return str(json.loads(broadcast("sandbox", "status", "-o", "json", capture=True).stdout)["url"])


def received() -> Sequence[Mapping[str, str]]:
    """Every message that the sandbox's providers took."""
    # Straight to this machine, whatever proxy the environment names.
    with closing(http.client.HTTPConnection(urlsplit(sandbox_url()).netloc, timeout=10)) as connection:
        connection.request("GET", "/_sandbox/received.json")
        return list(json.load(connection.getresponse())["received"])


def check(messages: Sequence[Mapping[str, str]]) -> int:
    """How many people were told, each of the notices once; raises `Failure` otherwise."""
    for provider in PUBLISHED:
        posts = sum(1 for message in messages if message["provider"] == provider)
        if posts != NOTICES:
            raise Failure(f"{posts} posts instead of {NOTICES} on {provider}")
    personal = [message for message in messages if message["provider"] not in PUBLISHED]
    told = [(mark(message), message["to"]) for message in personal]
    twice = [who for who, times in Counter(told).items() if times > 1]
    if twice:
        raise Failure(f"{len(twice)} messages arrived twice")
    each = Counter(mark for mark, _ in told)
    if len(each) != NOTICES or len(set(each.values())) != 1:
        raise Failure(f"the notices reached different numbers of people: {dict(each)}")
    return next(iter(each.values()))


def heading(text: str, *, first: bool = True) -> None:
    """What happens next, and why; the `first` line of it stands apart from what is above."""
    if first:
        print()
    print(bold(f"# {text}", colour=36), flush=True)


def bold(text: str, colour: int = 39) -> str:
    """`text`, to stand out where there is a terminal."""
    return f"\x1b[1;{colour}m{text}\x1b[0m" if COLOUR else text


def farewell() -> None:
    """Where to look, and what to type next; without a terminal nobody will, and the sandbox ends."""
    print(f"""
  report         {FOLDER / "report.html"}
  status page    {FOLDER / ".sandbox" / "site" / "index.html"}""")
    if not sys.stdout.isatty():
        run("sandbox", "stop")
        return
    print(f"""  every message  {sandbox_url()}   (the sandbox; it ends by itself when nobody uses it)

Go on from here:
  cd {FOLDER.relative_to(Path.cwd()) if FOLDER.is_relative_to(Path.cwd()) else FOLDER}
  {" ".join(invocation())} --sandbox notify "Checkout is slow" -s sev3 --service shop
  {" ".join(invocation())} sandbox stop
""")


def invocation() -> Sequence[str]:
    """How `broadcast` is called from `demo/`."""
    script = Path(sys.executable).with_name("broadcast")
    return [os.path.relpath(script, FOLDER)] if script.exists() else BROADCAST


if __name__ == "__main__":
    sys.exit(main())
