"""SQL of documents."""

from collections.abc import Sequence
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.db.rows import many, maybe, one
from kdnx.documents.model import Document
from kdnx.text import _

LIST_OF_OBJECT = """
SELECT DISTINCT ON (d.series_id) d.*, p.display_name AS uploaded_by_name,
  count(*) OVER (PARTITION BY d.series_id)::int AS versions
FROM kdnx.document d LEFT JOIN kdnx.person p ON p.id = d.uploaded_by
WHERE d.object_kind = $1 AND d.object_id = $2 AND d.withdrawn_at IS NULL
ORDER BY d.series_id, d.version DESC LIMIT 200
"""
LIST_SERIES = """
SELECT d.*, p.display_name AS uploaded_by_name FROM kdnx.document d LEFT JOIN kdnx.person p ON p.id = d.uploaded_by
WHERE d.series_id = $1 ORDER BY d.version DESC LIMIT 200
"""
GET_DOCUMENT = """
SELECT d.*, p.display_name AS uploaded_by_name FROM kdnx.document d LEFT JOIN kdnx.person p ON p.id = d.uploaded_by WHERE d.id = $1
"""
LOCK_SERIES = (
    "SELECT * FROM kdnx.document WHERE series_id = $1 ORDER BY version DESC LIMIT 1 FOR UPDATE"
)
READ_BYTES = "SELECT bytes FROM kdnx.document_blob WHERE sha256 = $1"
# for `kdnx check`: the length needs no reading of the bytes, their checksum is a constraint of the table
WRONG_SIZE = """
SELECT d.id, d.size, octet_length(b.bytes) AS found FROM kdnx.document d JOIN kdnx.document_blob b ON b.sha256 = d.sha256
WHERE octet_length(b.bytes) <> d.size
"""
# no arbiter: with one, row security would ask whether the viewer sees the row that is there already
INSERT_BLOB = "INSERT INTO kdnx.document_blob (sha256, bytes, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
INSERT_DOCUMENT = """
INSERT INTO kdnx.document (id, owner_id, series_id, version, object_kind, object_id, title, file_name, media_type, size, sha256,
  visibility, party_ids, scan_state, uploaded_by, created_at, updated_at, kind)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16, $17)
"""
WITHDRAW = """
UPDATE kdnx.document SET withdrawn_at = $3, withdrawn_by = $4, row_version = row_version + 1, updated_at = $3
WHERE id = $1 AND row_version = $2 AND withdrawn_at IS NULL
"""
# what was meant for the readers of the object follows them; what is the house's own stays, what is sealed until it is opened
READDRESS = """
UPDATE kdnx.document SET visibility = $3, party_ids = $4, row_version = row_version + 1, updated_at = $5
WHERE object_kind = $1 AND object_id = $2 AND (visibility IN ('public', 'parties') OR ($6 AND visibility = 'sealed')) AND (visibility <> $3 OR party_ids <> $4)
RETURNING id, owner_id, row_version
"""
LIST_PENDING = "SELECT d.* FROM kdnx.document d WHERE d.scan_state = 'pending' ORDER BY d.created_at, d.id LIMIT $1"
MARK_SCANNED = """
UPDATE kdnx.document SET scan_state = $2, scanned_at = $3, row_version = row_version + 1, updated_at = $3
WHERE sha256 = $1 AND scan_state = 'pending'
"""


async def list_of_object(conn: Conn, object_kind: str, object_id: UUID) -> list[Document]:
    """The latest version of each document of an object that the viewer sees, by title."""
    found = many(Document, await conn.fetch(LIST_OF_OBJECT, object_kind, object_id))
    return sorted(found, key=lambda d: (d.title.lower(), d.created_at))


async def list_series(conn: Conn, series_id: UUID) -> list[Document]:
    """Every version of a document, latest first."""
    return many(Document, await conn.fetch(LIST_SERIES, series_id))


async def get_document(conn: Conn, document_id: UUID) -> Document:
    """One version; NotFound when there is none or the viewer may not know of it."""
    return one(Document, await conn.fetchrow(GET_DOCUMENT, document_id), _("Dieses Dokument"))


async def lock_series(conn: Conn, series_id: UUID) -> Document | None:
    """The latest version of a series, locked."""
    return maybe(Document, await conn.fetchrow(LOCK_SERIES, series_id))


async def read_bytes(conn: Conn, sha256: bytes) -> bytes | None:
    """The bytes of a checksum that some visible document has."""
    found: bytes | None = await conn.fetchval(READ_BYTES, sha256)
    return found


async def insert_document(conn: Conn, document: Document, body: bytes) -> None:
    """Keep the bytes once, and one version that points to them."""
    d = document
    await conn.execute(INSERT_BLOB, d.sha256, body, conn.now)
    await conn.execute(
        INSERT_DOCUMENT, d.id, d.owner_id, d.series_id, d.version, d.object_kind, d.object_id, d.title,
        d.file_name, d.media_type, d.size, d.sha256, d.visibility, list(d.party_ids), d.scan_state,
        d.uploaded_by, d.created_at, d.kind,
    )  # fmt: skip


async def withdraw(conn: Conn, document_id: UUID, row_version: int, person_id: UUID | None) -> bool:
    """Take a version out of the lists; False when somebody changed it first."""
    return await conn.execute(WITHDRAW, document_id, row_version, conn.now, person_id) == 1


async def readdress(
    conn: Conn, object_kind: str, object_id: UUID, visibility: str, party_ids: Sequence[UUID],
    *, unseal: bool = False,
) -> list[tuple[UUID, UUID, int]]:  # fmt: skip
    """Let other members read the documents of an object; (id, owner, row version) of those that changed."""
    rows = await conn.fetch(
        READDRESS, object_kind, object_id, visibility, list(party_ids), conn.now, unseal
    )
    return [(r["id"], r["owner_id"], r["row_version"]) for r in rows]


async def list_pending(conn: Conn, limit: int) -> Sequence[Document]:
    """Documents that wait for the scanner, oldest first."""
    return many(Document, await conn.fetch(LIST_PENDING, limit))


async def mark_scanned(conn: Conn, sha256: bytes, scan_state: str) -> int:
    """What the scanner said, for every waiting document with this content; how many."""
    return await conn.execute(MARK_SCANNED, sha256, scan_state, conn.now)
