"""Payments that did not arrive."""
