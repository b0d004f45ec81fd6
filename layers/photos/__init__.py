"""Photos as untrusted bytes: made safe, read for place and time, compared, redacted, kept as files. No store here."""
