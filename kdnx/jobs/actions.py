"""Ask for background work from within an action."""

from collections.abc import Sequence
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.jobs import store

OUTBOX = "notices.deliver"
SCAN = "documents.scan"


async def enqueue(conn: Conn, name: str, ids: Sequence[UUID] = ()) -> bool:
    """Wake the worker for the due job `name` once this transaction has committed.

    The payload carries ids only; the same job for the same ids waits once (False then). Losing the
    queue loses nothing: `run_due` finds the same work by the dates and states in the objects. Give
    ids: two long transactions with the same name and no ids would wait for each other.
    """
    text = ",".join(str(i) for i in ids)
    return await store.enqueue(conn, name, text.encode(), f"{name}:{text}")
