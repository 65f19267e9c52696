"""A company whose commands run in this process, and whose providers are a sandbox in a thread of it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from broadcast.sandbox.client import SandboxClient
from broadcast.sandbox.records import Received
from broadcast.sandbox.server import Sandbox
from tests.harness.company_folder import CompanyFolder
from tests.harness.configurations import SANDBOX_CHANNELS
from tests.harness.program import Ended, run_here
from tests.harness.sandbox import running_sandbox

PERSON: Mapping[str, str] = {
    "id": "1",
    "name": "Anna",
    "email": "anna@kunde.example",
    "phone": "+4915112345678",
    "note": "plain",
}
PEOPLE = [
    {
        "id": f"kd4711-{n}",
        "name": name,
        "email": f"{name.lower()}@kunde.example",
        "phone": f"+4915112345{n}78",
    }
    for n, name in enumerate(("Annika", "Bert", "Carl"))
]


@dataclass
class ProgramCompany(CompanyFolder):
    """A folder with a configuration, and the sandbox its channels point at."""

    sandbox: Sandbox
    urls: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        names = ("twilio", "sendgrid", "x", "statuspage", "slack", "teams")
        self.urls = {name: self.sandbox.base_url(name) for name in names}
        self.write_contacts("agents", [{"name": "Ada", "email": "ada@muster.example"}])
        self.write_contacts("customers", [PERSON])
        self.configure()

    def configure(
        self, organisation: str = "Muster Handel", *, live: bool = True, templates: str = "", login: str = ""
    ) -> None:
        settings = SANDBOX_CHANNELS.format(
            organisation=toml(organisation),
            live=str(live).lower(),
            templates=f'templates = "{templates}"' if templates else "",
            login=login,
            urls=self.urls,
            smtp_port=self.sandbox.smtp_port,
        )
        self.write("broadcast.toml", settings)

    def run(self, *arguments: str, **environment: str) -> Ended:
        """Run a command in this process."""
        return run_here(["--config", str(self.config), *arguments], self.folder, **environment)

    def notify(self, *arguments: str, **environment: str) -> Ended:
        return self.run("notify", "--yes", "-o", "json", *arguments, **environment)

    def received(self, provider: str = "") -> list[Received]:
        return [one for one in self.sandbox.received if provider in {"", one.provider}]

    def forget(self) -> None:
        """Begin anew: an empty ledger, nothing received, an empty page."""
        SandboxClient(self.sandbox.url).clear_received()
        self.sandbox.clear_faults()
        for path in sorted(self.folder.glob("public/**/*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        for path in self.folder.glob("broadcast.db*"):
            if path.is_file():
                path.unlink()


class CustomerCompany:
    """A company whose customers' lanes and agents' settings a test chooses."""

    def __init__(self, company: ProgramCompany) -> None:
        self._company = company
        self.folder = company.folder
        self.run = company.run
        self.received = company.received
        self.write_contacts = company.write_contacts
        self.sandbox = company.sandbox

    def audiences(self, **tables: str) -> None:
        """Replace the audiences; each has its contacts in a file of its name."""
        kept, _, _ = (self.folder / "broadcast.toml").read_text("utf-8").partition("[audiences.")
        text = "".join(
            f'[audiences.{name}]\ncontacts = ["{name}.csv"]\n{table}\n' for name, table in tables.items()
        )
        self._company.write("broadcast.toml", kept + text)

    def notify(self, *arguments: str) -> dict:
        said = self._company.notify("Kasse gestört", *arguments)
        return json.loads(said.out)

    def told(self, provider: str) -> list[str]:
        return sorted(message.to for message in self.received(provider))

    def suppress(self, *arguments: str) -> None:
        said = self.run("contacts", "suppress", *arguments)
        assert said.code == 0, said.err

    def suppressed(self) -> list[dict]:
        return json.loads(self.run("contacts", "suppress", "--list", "-o", "json").out)["suppressions"]


@contextlib.contextmanager
def program_company(folder: Path) -> Iterator[ProgramCompany]:
    """A company in `folder`, its sandbox in a thread of its own."""
    with running_sandbox() as sandbox:
        yield ProgramCompany(folder, sandbox)


def toml(text: str) -> str:
    """A TOML string; JSON would spell what lies above U+FFFF in halves."""
    return "".join(
        character if character.isascii() else f"\\U{ord(character):08x}"
        for character in json.dumps(text, ensure_ascii=False)
    ).replace("\x7f", "\\u007f")
