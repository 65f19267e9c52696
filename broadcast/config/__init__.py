"""Configuration: TOML and environment in, frozen settings out."""
