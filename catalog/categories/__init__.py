"""What kinds of offerings there are."""
