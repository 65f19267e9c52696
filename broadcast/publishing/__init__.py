"""Publishing: compose the facts, choose the recipients, write the texts, ask, record, deliver, retry."""
