"""Record what was done; the wrapper writes all notes of a request in one statement as its last act."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from uuid import UUID

from kdnx.audit import store
from kdnx.db.conn import Conn, Note
from kdnx.ids import new_id
from kdnx.viewer import Viewer


def content_hash(value: Mapping[str, object] | None) -> bytes | None:
    """SHA-256 over canonical JSON (sorted keys), or None."""
    if value is None:
        return None
    text = json.dumps(value, sort_keys=True, default=str, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).digest()


def record(
    conn: Conn,
    viewer: Viewer,
    action: str,
    *,
    object_kind: str,
    object_id: UUID,
    owner_id: UUID,
    party_id: UUID | None = None,
    reason: str | None = None,
    row_version: int = 1,
    audience: str = "",
    party_ids: Sequence[UUID] = (),
    gone: bool = False,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    rule_ids: Sequence[UUID] = (),
) -> None:
    """Note an audit event; with `audience` ('public', 'parties', 'owner') also a row of the change feed.

    `party_id` is the other member that may read the event; `before` and `after` are stored as hashes.
    """
    conn.notes.append(
        Note(
            at=conn.now,
            action=action,
            object_kind=object_kind,
            object_id=object_id,
            owner_id=owner_id,
            party_id=party_id,
            reason=reason,
            row_version=row_version,
            audience=audience,
            party_ids=tuple(party_ids) or ((party_id,) if party_id else ()),
            gone=gone,
            before_hash=content_hash(before),
            after_hash=content_hash(after),
            rule_ids=tuple(rule_ids),
            person_id=viewer.principal,
            role=",".join(sorted(viewer.roles)) or viewer.scope.value,
            on_behalf_of=viewer.on_behalf_of,
        )
    )


async def finish(conn: Conn) -> None:
    """Write what was noted: the audit chain and the change feed. Last act before the commit."""
    if not conn.notes:
        return
    changes = [_change(n) for n in conn.notes if n.audience]
    await store.append_audit(conn, [_event(conn, n) for n in conn.notes], changes)
    conn.notes.clear()


def _event(conn: Conn, note: Note) -> dict[str, object]:
    return {
        "id": str(new_id()),
        "at": str(int(note.at.timestamp()) * 1_000_000 + note.at.microsecond),
        "owner_id": str(note.owner_id),
        "person_id": _text(note.person_id),
        "role": note.role,
        "on_behalf_of": _text(note.on_behalf_of),
        "action": note.action,
        "object_kind": note.object_kind,
        "object_id": str(note.object_id),
        "party_id": _text(note.party_id),
        "before_hash": note.before_hash.hex() if note.before_hash else None,
        "after_hash": note.after_hash.hex() if note.after_hash else None,
        "reason": note.reason,
        "request_id": conn.request_id,
        "rule_ids": [str(r) for r in note.rule_ids],
    }


def _change(note: Note) -> dict[str, object]:
    return {
        "owner_id": str(note.owner_id),
        "id": str(new_id()),
        "kind": note.object_kind,
        "object_id": str(note.object_id),
        "row_version": note.row_version,
        "op": "gone" if note.gone else "put",
        "audience": note.audience,
        "party_ids": [str(p) for p in note.party_ids],
    }


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
