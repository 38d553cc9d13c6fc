"""Kinds of award procedures, when they are admissible, and their minimum periods."""
