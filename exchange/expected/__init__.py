"""What the order says beside a booking: the other side compares before it signs."""
