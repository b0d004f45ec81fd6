"""What a map shows: each module here says what, its namesake in `frontend/src/elements` says how."""
