"""Identifiers: UUID version 7 made in Python (time-ordered, no sequence in the database)."""

from hashlib import sha256
from uuid import UUID, uuid5

import uuid_utils

NAMESPACE = UUID("6b646e78-0000-5000-8000-000000000000")


def new_id() -> UUID:
    """A fresh UUIDv7."""
    return UUID(bytes=uuid_utils.uuid7().bytes)


def named_id(kind: str, key: str) -> UUID:
    """The same UUIDv5 for the same (kind, key): for reference rows that migrations and imports name."""
    return uuid5(NAMESPACE, f"{kind}|{key}")


def digest(*parts: object) -> bytes:
    """SHA-256 over the parts joined by `|`, absent as empty (canonical bytes, model.md 3.5)."""
    return sha256("|".join("" if p is None else str(p) for p in parts).encode()).digest()
