"""Carries the outcome of a catalogue request into a free demand: what was found, and why it was not taken (D16)."""
