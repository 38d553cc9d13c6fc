"""A member's own ledger extract beside its statement, and the gaps on both sides (peers.md X38)."""
