"""Readable numbers: unique in the alliance, printable, never reused (model.md 0)."""
