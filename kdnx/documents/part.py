"""What documents give the platform."""

DOORS = ()
APIS = ()
TEMPLATES: dict[str, str] = {}
