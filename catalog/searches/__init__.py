"""Saved searches: an address of the catalogue with a name, and what is new in it."""
