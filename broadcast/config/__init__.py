"""The configuration: read TOML and the environment, return frozen settings."""
