"""The configurations of the companies in tests, and the secrets that they name."""

from __future__ import annotations

from collections.abc import Mapping

ENVIRONMENT = {"SANDBOX_SECRET": "a-secret-of-the-sandbox"}
#: Nothing else in the world looks like one of these.
SECRETS: Mapping[str, str] = {
    "TWILIO_AUTH_TOKEN": "sentinel0twilio0auth0token0e5a1",
    "SENDGRID_API_KEY": "SG.sentinel0sendgrid0api0key0b7c2",
    "X_CONSUMER_KEY": "sentinel0x0consumer0key0d3f3",
    "X_CONSUMER_SECRET": "sentinel0x0consumer0secret0a9e4",
    "X_ACCESS_TOKEN": "sentinel0x0access0token0c1d5",
    "X_ACCESS_TOKEN_SECRET": "sentinel0x0access0secret0f8b6",
    "STATUSPAGE_API_KEY": "sentinel0statuspage0key0e2a7",
    "SLACK_TOKEN": "xoxb-sentinel0slack0token0c4e8",
    "TEAMS_WEBHOOK_URL": (
        "https://prod-1.logic.azure.com/workflows/w1/triggers/manual/paths/invoke?sig=sentinel0teams0sig0d9f1"
    ),
    "SMTP_PASSWORD": "sntnl!pw8",
    "BROADCAST_INSTALL_SECRET": "sentinel0install0secret0b4d9",
}

# Short timeouts: for tests of what happens to messages on the way.
GENERAL = """
[broadcast]
organisation = "Muster Handel"
locale = "en"
timezone = "Europe/Berlin"
status_url = "https://status.muster.example"
hotline = "+49 30 23125000"

[ledger]
url = "sqlite:///broadcast.db"
"""
CHANNELS = """
[channels.email]
adapter = "sendgrid"
api_key = "env:SANDBOX_SECRET"
from = "status@muster.example"
base_url = "{url}/sendgrid"
timeout = "{timeout}"
settle = "200ms"

[channels.mail-backup]
adapter = "smtp"
host = "127.0.0.1"
port = {smtp_port}
tls = "none"
from = "status@muster.example"
timeout = "{timeout}"
settle = "200ms"

[channels.sms]
adapter = "twilio-sms"
account_sid = "AC00000000000000000000000000000000"
auth_token = "env:SANDBOX_SECRET"
from = "+4930231250"
base_url = "{url}/twilio"
timeout = "{timeout}"
settle = "200ms"

[channels.x]
adapter = "x"
consumer_key = "env:SANDBOX_SECRET"
consumer_secret = "env:SANDBOX_SECRET"
access_token = "env:SANDBOX_SECRET"
access_token_secret = "env:SANDBOX_SECRET"
base_url = "{url}/x"
timeout = "{timeout}"
settle = "200ms"
optional = true

[channels.page]
adapter = "statuspage"
api_key = "env:SANDBOX_SECRET"
page_id = "kctbh9vrtdwd"
base_url = "{url}/statuspage/v1"
timeout = "{timeout}"
settle = "200ms"
"""

# Everything that the sandbox plays in this process: for tests of what the program says and keeps.
SANDBOX_CHANNELS = """\
[broadcast]
organisation = {organisation}
locale = "de"
timezone = "Europe/Berlin"
status_url = "https://status.muster.example"
hotline = "+49 30 23125000"
live = {live}
{templates}
[ledger]
url = "sqlite:///broadcast.db"

[channels.sms]
adapter = "twilio-sms"
account_sid = "AC00000000000000000000000000000000"
auth_token = "env:TWILIO_AUTH_TOKEN"
from = "+4930231251"
base_url = "{urls[twilio]}"
timeout = "5s"
rate = 10000

[channels.email]
adapter = "sendgrid"
api_key = "env:SENDGRID_API_KEY"
from = "status@muster.example"
from_name = {organisation}
base_url = "{urls[sendgrid]}"
timeout = "5s"

[channels.post]
adapter = "smtp"
host = "127.0.0.1"
port = {smtp_port}
tls = "none"
{login}
from = "status@muster.example"
from_name = {organisation}
timeout = "5s"

[channels.x]
adapter = "x"
consumer_key = "env:X_CONSUMER_KEY"
consumer_secret = "env:X_CONSUMER_SECRET"
access_token = "env:X_ACCESS_TOKEN"
access_token_secret = "env:X_ACCESS_TOKEN_SECRET"
base_url = "{urls[x]}"
timeout = "5s"
rate = 10000

[channels.page]
adapter = "statuspage"
api_key = "env:STATUSPAGE_API_KEY"
page_id = "muster"
base_url = "{urls[statuspage]}"
timeout = "5s"
rate = 10000

[channels.room]
adapter = "slack"
token = "env:SLACK_TOKEN"
channel = "C0MUSTER01"
base_url = "{urls[slack]}"
timeout = "5s"
rate = 10000

[channels.cards]
adapter = "teams"
webhook_url = "env:TEAMS_WEBHOOK_URL"
base_url = "{urls[teams]}"
timeout = "5s"

[channels.site]
adapter = "site"
path = "public"
title = {organisation}

[audiences.customers]
contacts = ["customers.csv"]
lanes = [["email"], ["sms"], ["x"], ["page"], ["site"]]

[audiences.agents]
contacts = ["agents.csv"]
lanes = [["post"], ["room"], ["cards"]]
"""

# Every channel, to providers that check each request against their own descriptions.
STRICT_CHANNELS = """\
[broadcast]
organisation = "Muster"
locale = "de"
timezone = "Europe/Berlin"
status_url = "https://muster.example"
hotline = "+49 30 23125000"

[ledger]
url = "sqlite:///broadcast.db"

[channels.sms]
adapter = "twilio-sms"
account_sid = "env:TWILIO_ACCOUNT_SID"
auth_token = "env:TWILIO_AUTH_TOKEN"
from = "+4930231250"
base_url = "{twilio}"
concurrency = 4
settle = "500ms"

[channels.email]
adapter = "sendgrid"
api_key = "env:SENDGRID_API_KEY"
from = "status@muster.example"
from_name = "Muster Handel"
base_url = "{sendgrid}"

[channels.mail]
adapter = "smtp"
host = "127.0.0.1"
port = {smtp}
tls = "none"
from = "leitung@muster.example"

[channels.x]
adapter = "x"
consumer_key = "env:X_CONSUMER_KEY"
consumer_secret = "env:X_CONSUMER_SECRET"
access_token = "env:X_ACCESS_TOKEN"
access_token_secret = "env:X_ACCESS_TOKEN_SECRET"
base_url = "{x}"
settle = "500ms"

[channels.mastodon]
adapter = "mastodon"
access_token = "env:MASTODON_ACCESS_TOKEN"
base_url = "{mastodon}"
settle = "500ms"

[channels.bluesky]
adapter = "bluesky"
identifier = "muster.example"
password = "env:BLUESKY_PASSWORD"
base_url = "{bluesky}"
settle = "500ms"

[channels.page]
adapter = "statuspage"
api_key = "env:STATUSPAGE_API_KEY"
page_id = "kctbh9vrtdwd"
base_url = "{statuspage}"
settle = "500ms"
"""

# A page in a folder: nothing else has to run.
PAGE_ONLY = """
[broadcast]
organisation = "Muster Handel"
locale = "de"
timezone = "Europe/Berlin"

[ledger]
url = "sqlite:///broadcast.db"

[channels.site]
adapter = "site"
path = "public"

[audiences.customers]
lanes = [["site"]]
"""
