"""Simulated providers on this machine: their real wire formats, failing on demand.

It is written from the providers' own descriptions and knows no adapter, so that a misunderstanding on one
side shows on the other.
"""
