"""Versions of an offering, compared."""
