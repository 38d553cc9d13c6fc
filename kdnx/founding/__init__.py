"""The first start of a real alliance: hub, first administrator, first identity provider."""
