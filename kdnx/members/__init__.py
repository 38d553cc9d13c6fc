"""The register of members: legal bodies, units, dated membership, the hub, succession."""
