"""The audit trail of one euro: from a figure of the report to its transfers, booking, order and decision, and back."""
