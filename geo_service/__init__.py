"""The web service: HTTP and command line only; no SQL, no geometry, no rules."""
