"""The sandbox's telephone: a person calls our number, and agents' phones ring, as Twilio connects them.

What people do is told from outside, also that they do nothing: no clock runs here.
"""
