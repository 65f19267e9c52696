"""Monitoring: ask channels and providers for their health, judge it, and check a configuration."""
