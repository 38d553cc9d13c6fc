"""Notices of the exchange: the other side learns what happened."""
