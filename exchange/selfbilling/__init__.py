"""Self-billing (Gutschriftverfahren, § 14 Abs. 2 UStG): who agreed that the buyer bills, the seller's objection."""
