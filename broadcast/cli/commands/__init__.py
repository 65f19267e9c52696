"""The verbs, one file per group; each is loaded only when it is used."""
