"""Watching an offering: who wants to hear of it, and what happened to it."""
