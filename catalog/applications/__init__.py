"""What each member runs for which task: declared by form, file and interface, confirmed once a year."""
