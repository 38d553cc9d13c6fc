"""Accepting the offer on an interest: it makes the order."""
