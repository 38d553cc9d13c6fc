"""The ledger: accounts, transfers in one hash chain per owner, daily cuts, proof (D13a, D20)."""
