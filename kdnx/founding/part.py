"""What the first start gives the platform: one command."""

from kdnx.founding.commands import setup
from kdnx.web.api import Api
from kdnx.web.routing import Door

DOORS: tuple[Door, ...] = ()
APIS: tuple[Api, ...] = ()
TEMPLATES: dict[str, str] = {}
COMMANDS = (setup,)
