"""Categories of the catalogue; pure."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Category:
    """A kind of offering; `code` is stable for machines and files, `name` may be changed."""

    id: UUID
    code: str
    name: str
    description: str = ""
    position: int = 0
    row_version: int = 1
    parent_id: UUID | None = None
