"""Demand calls: what is asked, of whom, until when."""
