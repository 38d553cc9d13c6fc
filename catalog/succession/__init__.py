"""What a member's offerings do when another succeeds it."""
