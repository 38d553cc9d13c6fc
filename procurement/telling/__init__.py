"""Notices of procurement: invited members and the office learn what happened."""
