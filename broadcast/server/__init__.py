"""The process that listens: HTTP routes, authentication and pages. `broadcast serve` starts it."""
