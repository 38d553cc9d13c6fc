"""Contacts and free capacity of an offering, changed without a new version also in running contracts."""
