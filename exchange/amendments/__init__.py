"""Changes of running orders: a new version, signed by all sides, in force from its day."""
