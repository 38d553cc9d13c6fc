"""The audit trail: append-only, chained for each owner, written in the transaction it speaks of."""
