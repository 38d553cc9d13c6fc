"""Writing an offering: one form with what is still missing."""
