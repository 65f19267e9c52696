"""One file per provider: bytes in, bytes out, exactly as the provider speaks; no server, no sockets."""
