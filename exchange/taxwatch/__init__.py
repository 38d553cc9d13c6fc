"""Tax watch: the limit of § 2b UStG per activity, undecided cases, and who is ready for 2027."""
