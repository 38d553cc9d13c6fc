"""Fingerprints of the ledger for every member to keep, and the nightly proof of frozen figures (X24, X40)."""
