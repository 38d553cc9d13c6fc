"""Tenders in preparation: lots, value by § 3 VgV, regime, procedures and their periods."""
