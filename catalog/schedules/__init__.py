"""Prices announced for a day: entered, approved by a second person, current when the day comes."""
