"""Answers to requests: one offer a member, sealed until the deadline."""
