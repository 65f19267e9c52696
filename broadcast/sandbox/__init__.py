"""A local stand-in for the providers: their real wire formats, on this machine only, failing on demand.

It is written from the providers' own descriptions and knows no adapter, so that a misunderstanding on
one side shows on the other.
"""
