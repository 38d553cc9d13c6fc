"""Offerings are confirmed once a year, or suspended."""
