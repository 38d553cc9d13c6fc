"""Invitations: how somebody gets the first roles at a member, and the page of all people."""
