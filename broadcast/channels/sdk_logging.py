"""Keep SDKs from writing credentials into their debug log."""

from __future__ import annotations

import logging


def silence(*loggers: str) -> None:
    """Raise the level of these loggers, and those below them, to WARNING.

    At level DEBUG, python_http_client logs the API key, tweepy the Authorization header and oauthlib the
    values that it signs with; none of them has a setting for that.
    """
    for name in loggers:
        logging.getLogger(name).setLevel(logging.WARNING)
