"""The estimated value by § 3 VgV: sums, special cases, small lots, the splitting alarm."""
