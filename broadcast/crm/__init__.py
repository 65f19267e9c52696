"""Who calls: what the organisation knows of a phone number, looked up beside the call."""
