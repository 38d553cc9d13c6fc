"""Cooperations after § 108 (6) GWB: agreements, market shares of the covered activities, lights."""
