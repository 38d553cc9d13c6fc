"""The in-house monitor: yearly declarations, shares after § 108 GWB, lights, and the sign-off of red ones."""
