"""What a member's running demands do when another succeeds it."""
