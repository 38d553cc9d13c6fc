"""Catalogue of the members' offerings, categories and standards."""
