"""Audit samples: drawn from the ledger so that anybody can draw them again, with a finding for each item."""
