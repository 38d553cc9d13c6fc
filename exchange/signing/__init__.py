"""The second signature: confirm in whole or part, dispute, silence; it posts to the ledger (D13)."""
