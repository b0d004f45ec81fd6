"""The web service: HTTP and command line only; no SQL, no geometry, no rules."""

import gc

# Modules and rows live long: looking for garbage every 700 objects takes a fifth of every start and finds none.
gc.set_threshold(50_000, 20, 50)
