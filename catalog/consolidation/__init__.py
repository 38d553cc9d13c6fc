"""Candidates for consolidation: what it might save, under assumptions that stand on the page."""
