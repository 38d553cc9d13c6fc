"""Comparing the answers to a request, choosing one or none, and the frozen evidence of it."""
