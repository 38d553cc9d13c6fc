"""Closing months and years: checklist, two persons, balances members confirm, a record that proves it (D30, X21)."""
