"""A company with three customers, who are told by e-mail alone unless a test says otherwise."""

from __future__ import annotations

import json

from tests.harness.program import Company

PEOPLE = [
    {
        "id": f"kd4711-{n}",
        "name": name,
        "email": f"{name.lower()}@kunde.example",
        "phone": f"+4915112345{n}78",
    }
    for n, name in enumerate(("Annika", "Bert", "Carl"))
]


class Muster:
    """A company whose customers' lanes and agents' settings a test chooses."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self.folder = company.folder
        self.run = company.run
        self.received = company.received
        self.people = company.people
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
