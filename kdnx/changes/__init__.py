"""The change feed: gap-free, in the order of commit visibility (peers P5)."""
