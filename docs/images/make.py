"""Draw the pictures of the README anew, from what the program really shows. Needs Chromium.

    python docs/images/make.py

Plays the beginning of an incident in a temporary folder: `terminal.svg` is what the terminal then shows,
`status-page.png` the page that was published.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

HERE = Path(__file__).parent
COMPANY = HERE.parents[1] / "examples" / "company"
COLUMNS = 112
PAGE_SIZE = (1180, 860)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

FIRST = (
    *("notify", "Chat and e-mail down", "-s", "sev2", "--service", "chat", "--service", "email"),
    *("-m", "Orders and deliveries go on. Please call us."),
    *(
        "-v",
        "message.de=Bestellungen und Lieferungen laufen weiter. Bitte rufen Sie uns an.",
        "--next-update",
        "30m",
    ),
)
SECOND = (
    *("update", "--phase", "identified", "-m", "The provider is replacing a part."),
    *("-v", "message.de=Der Anbieter tauscht ein Teil aus.", "--next-update", "20m"),
)


def main() -> None:
    """Play, draw, and end the sandbox."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "company"
        shutil.copytree(COMPANY, folder)
        try:
            broadcast(folder, "--sandbox", *FIRST, "--yes")
            broadcast(folder, "sandbox", "fault", "sendgrid:auth")
            shown = broadcast(folder, "--sandbox", *SECOND, "--yes")
            draw_terminal(typed((*SECOND, "--yes")), shown, HERE / "terminal.svg")
            photograph(folder / ".sandbox" / "site" / "index.html", HERE / "status-page.png")
        finally:
            broadcast(folder, "sandbox", "stop")


def broadcast(folder: Path, *arguments: str) -> str:
    """What a command prints on standard output, in colour."""
    environment = {
        **os.environ,
        "FORCE_COLOR": "1",
        "COLUMNS": str(COLUMNS),
        "TERM": "xterm-256color",
        "BROADCAST_LOCALE": "en",
        "BROADCAST_CHANNELS_SMS_RATE": "1000",
        "BROADCAST_CHANNELS_SITE_LOCALE": "en",
    }
    command = [sys.executable, "-m", "broadcast", "--quiet", *arguments]
    return subprocess.run(  # noqa: S603 - ourselves
        command, cwd=folder, env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def typed(arguments: tuple[str, ...]) -> str:
    """The command as one would type it; it goes on in the next line before an option that would not fit."""
    lines = ["broadcast --sandbox"]
    for word in arguments:
        if word.startswith("-") and len(lines[-1]) > COLUMNS - 36:
            lines.append("   ")
        lines[-1] += f' "{word}"' if " " in word else f" {word}"
    return " \\\n".join(lines)


def draw_terminal(command: str, shown: str, path: Path) -> None:
    """A command and what it printed, as a picture of a terminal that loads nothing from elsewhere."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text.assemble(("$ ", "bold green"), (command, "bold")))
    console.print(Text.from_ansi(shown.rstrip()))
    svg = console.export_svg(title="broadcast", theme=MONOKAI, unique_id="broadcast")
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    path.write_text(
        svg.replace("Fira Code, monospace", "ui-monospace, Menlo, Consolas, monospace"), encoding="utf-8"
    )


def photograph(page: Path, path: Path) -> None:
    """The page as Chromium shows it."""
    browser = next(found for name in BROWSERS if (found := shutil.which(name)))
    width, height = PAGE_SIZE
    options = [
        "--headless",
        "--no-sandbox",
        "--hide-scrollbars",
        "--disable-gpu",
        f"--window-size={width},{height}",
    ]
    subprocess.run(  # noqa: S603 - a browser that is installed
        [browser, *options, f"--screenshot={path}", page.as_uri()], check=True, capture_output=True
    )


if __name__ == "__main__":
    main()
