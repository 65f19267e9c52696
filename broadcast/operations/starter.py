"""The texts of the files that `init` writes. People and numbers in them are reserved for fiction."""

from __future__ import annotations

_HEAD = """\
# Who you are, by which channels you tell people, and whom you tell.
# Flags go before the environment, the environment before this file: see `broadcast config show --origin`.

[broadcast]
organisation = "Muster Handel"              # stands in every text
locale = "de"                               # language of people who have none in the contacts: de or en
timezone = "Europe/Berlin"                  # of all times in texts
status_url = "https://status.muster.example"  # where people can look for themselves
hotline = "+49 30 23125000"                 # where people can call
max_recipients = 5000                       # refuse to tell more people than this by accident
live = false                                # true: messages may leave this machine; --sandbox needs it not

# Texts are German and English, and come with broadcast. To change one, copy it from `broadcast template list`
# into ./templates/<locale>/<audience>/<phase>/, edit it there, and run `broadcast template lint`.

[ledger]
url = "sqlite:///broadcast.db"              # what was said to whom; relative to this file

# Secrets are never written here: "env:NAME" reads the environment or .env, "file:PATH" reads a file.

[channels.sms]
adapter = "twilio-sms"
account_sid = "env:TWILIO_ACCOUNT_SID"
auth_token = "env:TWILIO_AUTH_TOKEN"
from = "+4930231250"                        # your number, or the name that people see
price = 0.11                                # US dollars a part, for the preview: check your contract
fate = ["twilio"]                           # what it depends on: `--affects twilio` avoids it

[channels.email]
adapter = "sendgrid"
api_key = "env:SENDGRID_API_KEY"
from = "stoerung@muster.example"
from_name = "Muster Handel"
fate = ["twilio"]                           # SendGrid belongs to Twilio: one may take the other with it

[channels.mail-backup]                      # steps in where the channel before it in a lane fails
adapter = "smtp"
host = "smtp.muster.example"
port = 587
tls = "starttls"                            # starttls, implicit or none
username = "env:SMTP_USERNAME"
password = "env:SMTP_PASSWORD"
from = "stoerung@muster.example"
fate = ["office-network"]

[channels.site]                             # a status page in a folder, for any web server
adapter = "site"
path = "public"
"""
_PUBLIC_CHANNELS = """
[channels.x]
adapter = "x"
consumer_key = "env:X_CONSUMER_KEY"
consumer_secret = "env:X_CONSUMER_SECRET"
access_token = "env:X_ACCESS_TOKEN"
access_token_secret = "env:X_ACCESS_TOKEN_SECRET"
optional = true                             # its failure never fails the run

[channels.page]
adapter = "statuspage"
api_key = "env:STATUSPAGE_API_KEY"
page_id = "env:STATUSPAGE_PAGE_ID"
"""
_TAIL = """
# A lane is an order of channels: the next one steps in where one fails. Every lane is gone through.

[audiences.customers]
contacts = ["contacts/customers.csv"]       # id,name,email,phone,locale,groups; further columns are variables
lanes = {customer_lanes}

[audiences.agents]                          # customer service: has texts of its own
contacts = ["contacts/agents.csv"]
lanes = [["sms", "mail-backup", "email"]]

# What people use, named for readers of each language: --service support

[services.support]
de = "Chat und E-Mail-Support"
en = "Chat and e-mail support"
"""
_LANES = '[["email", "mail-backup", "sms"], ["site"]]'
_LANES_WITH_PUBLIC = '[["email", "mail-backup", "sms"], ["x"], ["page"], ["site"]]'

ENVIRONMENT = """\
# Copy this to .env beside broadcast.toml, `chmod 600 .env`, and fill it in. The environment goes before it.
TWILIO_ACCOUNT_SID=
TWILIO_AUTH_TOKEN=
SENDGRID_API_KEY=
SMTP_USERNAME=
SMTP_PASSWORD=
X_CONSUMER_KEY=
X_CONSUMER_SECRET=
X_ACCESS_TOKEN=
X_ACCESS_TOKEN_SECRET=
STATUSPAGE_API_KEY=
STATUSPAGE_PAGE_ID=
"""

IGNORED = """\
# Secrets, people's addresses, and the record of what they were told stay on this machine.
.env
contacts/
*.db*
drafts/
.sandbox/
"""

CONTACTS = {
    "customers": """\
id,name,email,phone,locale,groups
c-1001,Anna Beispiel,anna.beispiel@example.com,+49 171 3920001,de,
c-1002,Bernd Muster,bernd.muster@example.com,+49 171 3920002,de,
c-1003,Carol Sample,carol.sample@example.com,+44 7700 900003,en,
c-1004,Deniz Probe,deniz.probe@example.com,,de,
c-1005,Erik Test,,+49 171 3920005,de,
""",
    "agents": """\
id,name,email,phone,locale,groups
a-01,Frieda Dienst,frieda.dienst@example.com,+49 171 3920011,de,day-shift
a-02,George Service,george.service@example.com,+44 7700 900012,en,night-shift
""",
}


def configuration(*, sandbox: bool) -> str:
    """The configuration; with `sandbox`, the public channels are there, too."""
    if not sandbox:
        return _HEAD + _commented(_PUBLIC_CHANNELS) + _TAIL.format(customer_lanes=_LANES)
    return _HEAD + _PUBLIC_CHANNELS + _TAIL.format(customer_lanes=_LANES_WITH_PUBLIC)


def _commented(text: str) -> str:
    lines = (f"# {line}".rstrip() if line else line for line in text.strip().splitlines())
    return (
        "\n# With accounts there, take the `# ` away, and put x and page into a lane:\n"
        + "\n".join(lines)
        + "\n"
    )
