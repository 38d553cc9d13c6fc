"""What background work gives the platform: its two commands."""

from typing import Any

from kdnx.jobs.commands import COMMANDS

DOORS: tuple[Any, ...] = ()
APIS: tuple[Any, ...] = ()
TEMPLATES: dict[str, str] = {}
__all__ = ["APIS", "COMMANDS", "DOORS", "TEMPLATES"]
