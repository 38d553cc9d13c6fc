"""What a member's running requests and answers do when another succeeds it."""
