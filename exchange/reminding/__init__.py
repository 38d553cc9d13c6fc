"""Reminders of yearly declarations: before, on and after the day they are due."""
