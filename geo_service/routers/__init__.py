"""Thin endpoints: parse → one call → serialise."""
