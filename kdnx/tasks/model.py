"""A task and what it needs to be opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kdnx.viewer import Role


@dataclass(frozen=True)
class NewTask:
    """A task to open for `owner_id`'s people in `assignee_role`; `dedup` opens it at most once.

    `not_person_id` may not do it (four eyes); `due_at` is an instant.
    """

    owner_id: UUID
    kind: str
    title: str
    object_kind: str
    object_id: UUID
    url: str
    assignee_role: Role
    due_at: datetime | None = None
    person_id: UUID | None = None
    not_person_id: UUID | None = None
    dedup: str = ""


@dataclass(frozen=True)
class Task:
    """An open task as its people see it."""

    owner_id: UUID
    id: UUID
    kind: str
    title: str
    object_kind: str
    object_id: UUID
    url: str
    assignee_role: str
    due_at: datetime | None
    state: str
    created_at: datetime


@dataclass(frozen=True)
class Gathered:
    """The next open tasks of one kind, and how many there are of it."""

    kind: str
    tasks: Sequence[Task]
    count: int

    @property
    def shown(self) -> int:
        """How many are among them."""
        return len(self.tasks)

    @property
    def more(self) -> int:
        """How many are not among them."""
        return self.count - len(self.tasks)
