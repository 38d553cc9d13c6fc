"""Prices that follow an index: which step is due, how it is computed, and its proposal as a change."""
