"""Offerings in and out as files."""
