"""Documents of any object: versions, visibility, checksum, quarantine until scanned."""
