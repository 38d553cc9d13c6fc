"""Requests („Wer kann das?“): a member asks the others who can provide what the catalogue does not show."""
