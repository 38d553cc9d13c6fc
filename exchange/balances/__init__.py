"""Balances of the claim accounts at year end: statement, confirmation by each house, carry-forward (X18, X22)."""
