"""Proofs of an offering with an end: shown with validity, warned of, and suspending when a required one ends."""
