"""Offerings: what one member gives to others, with immutable versions and a second pair of eyes."""
