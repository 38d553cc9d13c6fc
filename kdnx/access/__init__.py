"""Who may do what: dated roles, deputies, invitations, identity providers."""
