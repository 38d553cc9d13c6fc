"""Documents over the database: checks, versions, who reads, quarantine and scanner."""

from dataclasses import replace
from hashlib import sha256

import asyncpg
import pytest

from kdnx.app import make_house
from kdnx.config import Settings
from kdnx.db.conn import Conn
from kdnx.documents import store
from kdnx.documents.actions import Place, Upload, add_document, add_version, withdraw_document
from kdnx.documents.model import EVIDENCE_OF, Document, Visibility
from kdnx.documents.scanner import scan, scan_pending
from kdnx.errors import Conflict, Forbidden, Invalid, NotFound, Refused, Unavailable
from kdnx.ids import new_id
from kdnx.viewer import Role, Scope, Viewer
from tests.cast import Cast
from tests.conftest import OneConnection
from tests.kdnx.documents.build import PDF, SAMPLE, clamd

SYSTEM = Viewer(scope=Scope.SYSTEM)


async def attach(
    conn: Conn, cast: Cast, visibility: Visibility, body: bytes = PDF, *, scanned: bool = False,
    kind: str = "offering",
) -> Document:  # fmt: skip
    await conn.act_as(cast.nord.viewer)
    place = Place(kind, new_id(), (cast.sued.id,))
    return await add_document(
        conn, cast.nord.viewer, place, Upload("Anlage.pdf", body), visibility=visibility, scanned=scanned
    )  # fmt: skip


async def readers(conn: Conn, cast: Cast, document: Document) -> set[str]:
    everybody = {
        "nord": cast.nord.viewer, "sued": cast.sued.viewer, "fremd": cast.fremd.viewer,
        "office": cast.office, "audit": cast.auditor, "committee": cast.committee, "nobody": Viewer(),
    }  # fmt: skip
    found = set()
    for name, viewer in everybody.items():
        await conn.act_as(viewer)
        seen = await conn.fetchval("SELECT count(*) FROM kdnx.document WHERE id = $1", document.id)
        body = await store.read_bytes(conn, document.sha256)
        assert bool(seen) == (body is not None), name
        if seen:
            found.add(name)
    return found


@pytest.mark.parametrize(
    ("visibility", "expected"),
    [
        (Visibility.PUBLIC, {"nord", "sued", "fremd", "office", "audit", "committee"}),
        (Visibility.PARTIES, {"nord", "sued", "office", "audit"}),
        (Visibility.OFFICE, {"nord", "office", "audit"}),
        (Visibility.SEALED, set()),
    ],
)
async def test_who_reads(
    conn: Conn, cast: Cast, visibility: Visibility, expected: set[str]
) -> None:
    document = await attach(conn, cast, visibility)
    assert await readers(conn, cast, document) == expected


OFFICE_DUTIES = [
    (Role.LEGAL_OFFICER, True),
    (Role.TAX_OFFICER, True),
    (Role.CONTRACT_MANAGER, True),
    (Role.PROCUREMENT_OFFICER, False),
    (Role.BOOKING_APPROVER, False),
    (Role.ADMINISTRATOR, False),
]


@pytest.mark.parametrize("kind", sorted(EVIDENCE_OF))
@pytest.mark.parametrize(("role", "reads"), OFFICE_DUTIES)
async def test_evidence_is_read_in_the_office_by_whoever_needs_it(
    conn: Conn, cast: Cast, kind: str, role: Role, reads: bool
) -> None:
    body = PDF + kind.encode()
    evidence = await attach(conn, cast, Visibility.OFFICE, body, kind=kind)
    shared = await attach(conn, cast, Visibility.PARTIES, body + b"2", kind=kind)
    other = await attach(conn, cast, Visibility.OFFICE, body + b"3", kind="tender")
    assert ("Revision" in evidence.visibility_label, "Revision" in other.visibility_label) == (
        True,
        False,
    )
    clerk = replace(cast.office, roles=frozenset({role}))
    await conn.act_as(clerk)
    seen = [d.id for d in await store.list_series(conn, evidence.series_id)]
    assert seen == ([evidence.id] if reads else [])
    assert (await store.read_bytes(conn, evidence.sha256) is not None) == reads
    # what the parties share and what is no evidence stays open to the whole office
    assert (await store.get_document(conn, shared.id)).id == shared.id
    assert (await store.get_document(conn, other.id)).id == other.id
    machine = replace(clerk, person_id=None, client_id=new_id(), roles=frozenset())
    for viewer, found in ((cast.nord.viewer, True), (cast.auditor, True), (machine, False), (cast.sued.viewer, False)):  # fmt: skip
        await conn.act_as(viewer)
        assert bool(await store.list_series(conn, evidence.series_id)) == found


async def test_same_bytes_are_kept_once_and_grant_nothing(conn: Conn, cast: Cast) -> None:
    mine = await attach(conn, cast, Visibility.OFFICE)
    await conn.act_as(cast.fremd.viewer)
    assert await store.read_bytes(conn, mine.sha256) is None
    # a stranger who brings the same bytes reads their own copy, not the other document
    theirs = await add_document(
        conn, cast.fremd.viewer, Place("offering", new_id()), Upload("a.pdf", PDF)
    )
    assert await store.read_bytes(conn, theirs.sha256) == PDF
    with pytest.raises(NotFound):
        await store.get_document(conn, mine.id)
    await conn.act_as(SYSTEM)
    assert (
        await conn.fetchval(
            "SELECT count(*) FROM kdnx.document_blob WHERE sha256 = $1", mine.sha256
        )
        == 1
    )


async def test_database_refuses_bytes_under_a_wrong_checksum(conn: Conn) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        async with conn.savepoint():
            await conn.execute(
                "INSERT INTO kdnx.document_blob VALUES ($1, $2, $3)",
                sha256(b"a").digest(),
                b"b",
                conn.now,
            )


@pytest.mark.parametrize(
    "upload",
    [
        Upload("leer.pdf", b""),
        Upload("gross.pdf", PDF + b" " * (1 << 20)),
        Upload("anlage.pdf", PDF, "0" * 64),
        Upload("anlage.pdf", b"MZ"),
    ],
)
async def test_unfit_files_are_refused_at_the_field(conn: Conn, cast: Cast, upload: Upload) -> None:
    await conn.act_as(cast.nord.viewer)
    with pytest.raises(Invalid) as refusal:
        await add_document(conn, cast.nord.viewer, Place("x", new_id()), upload, limit_mb=1)
    assert refusal.value.errors[0].field == "file"
    assert refusal.value.remedy


async def test_versions_stay(conn: Conn, cast: Cast) -> None:
    first = await attach(conn, cast, Visibility.PARTIES)
    changed = PDF + b"2"
    second = await add_version(
        conn, cast.nord.viewer, first.id, Upload("Anlage 2.pdf", changed, sha256(changed).hexdigest())
    )  # fmt: skip
    assert (second.version, second.series_id, second.title) == (2, first.series_id, first.title)
    listed = await store.list_of_object(conn, first.object_kind, first.object_id)
    assert [(d.id, d.versions) for d in listed] == [(second.id, 2)]
    assert await store.read_bytes(conn, first.sha256) == PDF
    with pytest.raises(Refused):
        await add_version(conn, cast.nord.viewer, second.id, Upload("Anlage.pdf", changed))
    await conn.act_as(cast.sued.viewer)
    with pytest.raises(Forbidden):
        await add_version(conn, cast.sued.viewer, first.id, Upload("Anlage.pdf", PDF))
    with pytest.raises(Forbidden):
        await withdraw_document(conn, cast.sued.viewer, first.id, row_version=1, reason="falsch")


async def test_withdrawn_once(conn: Conn, cast: Cast) -> None:
    document = await attach(conn, cast, Visibility.PARTIES)
    await withdraw_document(
        conn, cast.nord.viewer, document.id, row_version=1, reason="falsche Datei"
    )
    assert await store.list_of_object(conn, document.object_kind, document.object_id) == []
    with pytest.raises(Conflict):
        await withdraw_document(
            conn, cast.nord.viewer, document.id, row_version=2, reason="nochmal"
        )


async def test_content_cannot_be_changed_or_deleted(conn: Conn, cast: Cast) -> None:
    await attach(conn, cast, Visibility.PARTIES)
    for statement in (
        "UPDATE kdnx.document SET sha256 = sha256",
        "UPDATE kdnx.document_blob SET bytes = bytes",
        "DELETE FROM kdnx.document",
        "DELETE FROM kdnx.document_blob",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with conn.savepoint():
                await conn.execute(statement)


async def test_nobody_writes_for_another_member(conn: Conn, cast: Cast) -> None:
    document = await attach(conn, cast, Visibility.PUBLIC)
    await conn.act_as(cast.fremd.viewer)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with conn.savepoint():
            await store.insert_document(
                conn, replace(document, id=new_id(), series_id=new_id()), PDF
            )
    assert not await store.withdraw(conn, document.id, 1, cast.fremd.viewer.person_id)


async def test_quarantine_until_the_scanner_spoke(
    conn: Conn, cast: Cast, settings: Settings
) -> None:
    good = await attach(conn, cast, Visibility.OFFICE, scanned=True)
    bad = await attach(conn, cast, Visibility.OFFICE, PDF + SAMPLE, scanned=True)
    async with clamd() as address:
        house = make_house(replace(settings, scanner_address=address), clock=lambda: conn.now)
        house.pool_ = OneConnection(conn.raw)  # type: ignore[assignment]  # the same interface
        assert await scan_pending(house) == 2
        assert await scan_pending(house) == 0
    await conn.act_as(cast.nord.viewer)
    assert (await store.get_document(conn, good.id)).scan_state == "clean"
    assert (await store.get_document(conn, bad.id)).scan_state == "infected"
    told = await conn.fetch("SELECT kind, title FROM kdnx.notice WHERE object_id = $1", bad.id)
    assert [r["kind"] for r in told] == ["document.infected"]


async def test_scanner_that_does_not_answer_keeps_the_quarantine(
    conn: Conn, cast: Cast, settings: Settings
) -> None:
    document = await attach(conn, cast, Visibility.OFFICE, scanned=True)
    async with clamd() as address:
        pass
    house = make_house(replace(settings, scanner_address=address), clock=lambda: conn.now)
    house.pool_ = OneConnection(conn.raw)  # type: ignore[assignment]  # the same interface
    assert await scan_pending(house) == 0
    with pytest.raises(Unavailable):
        await scan(address, b"x")
    with pytest.raises(Invalid):
        await scan("ohne-anschluss", b"x")
    await conn.act_as(cast.nord.viewer)
    assert (await store.get_document(conn, document.id)).scan_state == "pending"
