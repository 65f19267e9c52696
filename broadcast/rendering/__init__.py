"""Facts x template x channel kind x locale -> message: limits, SMS parts, fact check, lint."""
