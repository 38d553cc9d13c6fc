"""Demand responses: what each member answers, released by a second person, with in-house matches."""
