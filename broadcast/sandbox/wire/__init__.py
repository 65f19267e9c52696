"""One file per provider, spoken exactly as the provider speaks.

Those over HTTP are functions from a request to an answer and never see a socket; SMTP is a dialogue.
"""
