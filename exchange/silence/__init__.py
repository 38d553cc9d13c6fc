"""What silence means: escalate, expire or consent, by the policy of each order."""
