"""Whom a change of an offering is told: audit trail and change feed."""
