"""Measuring how fast the whole is; see docs/performance.md."""
