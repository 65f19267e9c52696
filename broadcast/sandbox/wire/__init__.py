"""One file per provider, exactly in its wire format.

Providers with HTTP are functions from a request to an answer and never see a socket; SMTP is a dialogue.
"""
