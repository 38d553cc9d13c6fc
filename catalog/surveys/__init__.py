"""Market surveys: from the hits of a search to a short list with reasons, frozen as evidence (C25)."""
