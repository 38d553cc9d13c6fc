"""Who is told, who sees it, and that mail carries no content; sent by a real SMTP server."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from kdnx.app import make_house
from kdnx.config import Settings
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Invalid, NotFound
from kdnx.ids import new_id
from kdnx.notices import store
from kdnx.notices.actions import mark_read, notify, set_mail, sweep
from kdnx.notices.mail import deliver_outbox, smtp_client
from kdnx.notices.model import KIND_LABELS, TOPICS, Mail, label_of, topic_of
from kdnx.viewer import Role, Scope, Viewer
from kdnx.web.house import House
from tests.cast import Cast
from tests.conftest import OneConnection
from tests.kdnx.notices.smtp import smtp_server

SYSTEM = Viewer(scope=Scope.SYSTEM)
SECRET = "Vertraulich-4711"
DIGEST_LATER = timedelta(days=2)


async def tell_sued(conn: Conn, cast: Cast, kind: str = "order.submitted", **over: object) -> int:
    await conn.act_as(cast.nord.viewer)
    values: dict[str, object] = {
        "kind": kind, "owner_id": cast.sued.id, "roles": [Role.BOOKING_APPROVER], "object_kind": "service_order",
        "object_id": new_id(), "url": "/orders/1", "title": f"Auftrag {SECRET}",
    }  # fmt: skip
    return await notify(conn, cast.nord.viewer, **{**values, **over})  # type: ignore[arg-type]  # keywords of the action


def house_of(
    conn: Conn, settings: Settings, url: str = "", later: timedelta = timedelta(0)
) -> House:
    house = make_house(replace(settings, smtp_url=url), clock=lambda: conn.now + later)
    house.pool_ = OneConnection(conn.raw)  # type: ignore[assignment]  # the same interface
    house.title = "Testverbund"
    return house


async def outbox(conn: Conn) -> list[asyncpg.Record]:
    await conn.act_as(SYSTEM)
    return await conn.fetch("SELECT * FROM kdnx.outbox ORDER BY created_at, id")


async def test_told_are_the_people_in_the_role_and_nobody_else(conn: Conn, cast: Cast) -> None:
    assert await tell_sued(conn, cast) == 2
    for viewer, count in (
        (cast.sued.viewer, 1), (cast.sued.second, 1), (cast.nord.viewer, 0), (cast.fremd.viewer, 0),
        (cast.office, 0), (cast.auditor, 0), (cast.committee, 0), (Viewer(), 0),
    ):  # fmt: skip
        await conn.act_as(viewer)
        assert await conn.fetchval("SELECT count(*) FROM kdnx.notice") == count
        assert await conn.fetchval("SELECT count(*) FROM kdnx.outbox") == 0


async def test_named_people_and_never_the_one_who_acts(conn: Conn, cast: Cast) -> None:
    person = cast.sued.second.person_id
    assert await tell_sued(conn, cast, roles=[], person_ids=[person]) == 1
    # a person of another member is not reached through this one
    assert await tell_sued(conn, cast, roles=[], person_ids=[cast.fremd.viewer.person_id]) == 0
    assert await tell_sued(conn, cast, owner_id=cast.nord.id) == 1
    await conn.act_as(SYSTEM)
    await conn.execute(
        "UPDATE kdnx.role_grant SET valid_to = '2021-01-01' WHERE member_id = $1", cast.sued.id
    )
    assert await tell_sued(conn, cast) == 0


async def test_read_marks_own_notices_only(conn: Conn, cast: Cast) -> None:
    await tell_sued(conn, cast)
    await conn.act_as(cast.sued.viewer)
    person = cast.sued.viewer.person_id
    assert person is not None
    (mine,) = await store.list_mine(conn, person, read=False, before=None, limit=10)
    await conn.act_as(cast.fremd.viewer)
    with pytest.raises(NotFound):
        await mark_read(conn, cast.fremd.viewer, mine.id)
    await conn.act_as(cast.sued.viewer)
    assert await mark_read(conn, cast.sued.viewer, mine.id) == 1
    assert await mark_read(conn, cast.sued.viewer, mine.id) == 0
    assert await store.count_unread(conn, person) == 0
    with pytest.raises(Forbidden):
        await mark_read(conn, Viewer(client_id=new_id()), mine.id)


async def test_mail_at_once_carries_kind_and_link_only(
    conn: Conn, cast: Cast, settings: Settings
) -> None:
    await tell_sued(conn, cast)
    with smtp_server() as (url, inbox):
        assert await deliver_outbox(house_of(conn, settings, url)) == 2
        assert await deliver_outbox(house_of(conn, settings, url)) == 0
    assert len(inbox.messages) == 2
    message = inbox.messages[0]
    text = message.as_string() + message.get_content()
    assert message["Subject"] == "Testverbund: Ein Leistungsschein wartet auf Freigabe"
    assert "http://testserver/orders/1" in message.get_content()
    assert SECRET not in text
    assert "Nordrechen" not in text
    assert message["Auto-Submitted"] == "auto-generated"
    assert [r["state"] for r in await outbox(conn)] == ["sent", "sent"]
    assert await conn.fetchval("SELECT count(*) FROM kdnx.notice WHERE mailed_at IS NULL") == 0


async def test_digest_collects_until_the_morning(
    conn: Conn, cast: Cast, settings: Settings
) -> None:
    person = cast.sued.viewer.person_id
    for _n in range(3):
        await tell_sued(conn, cast, "booking.proposed", roles=[], person_ids=[person])
    (row,) = await outbox(conn)
    assert (row["kind"], row["due"].astimezone(UTC) > conn.now) == ("digest", True)
    with smtp_server() as (url, inbox):
        assert await deliver_outbox(house_of(conn, settings, url)) == 0
        assert await deliver_outbox(house_of(conn, settings, url, DIGEST_LATER)) == 1
    (message,) = inbox.messages
    assert message["Subject"] == "Testverbund: 3 Neuigkeiten"
    assert message.get_content().count("http://testserver/orders/1") == 3
    assert SECRET not in message.as_string() + message.get_content()
    # the next one collects only what came after
    await tell_sued(conn, cast, "booking.proposed", roles=[], person_ids=[person])
    assert sorted(r["state"] for r in await outbox(conn)) == ["sent", "waiting"]


async def test_read_before_the_morning_is_not_mailed(
    conn: Conn, cast: Cast, settings: Settings
) -> None:
    person = cast.sued.viewer.person_id
    await tell_sued(conn, cast, "booking.proposed", roles=[], person_ids=[person])
    await conn.act_as(cast.sued.viewer)
    await mark_read(conn, cast.sued.viewer)
    with smtp_server() as (url, inbox):
        assert await deliver_outbox(house_of(conn, settings, url, DIGEST_LATER)) == 1
    assert inbox.messages == []


async def test_settings_decide(conn: Conn, cast: Cast) -> None:
    await conn.act_as(cast.sued.viewer)
    await set_mail(conn, cast.sued.viewer, {"order": Mail.OFF, "unknown": Mail.DAILY})
    await conn.act_as(cast.sued.second)
    await set_mail(conn, cast.sued.second, {"order": Mail.DAILY})
    assert await tell_sued(conn, cast) == 2
    assert [r["kind"] for r in await outbox(conn)] == ["digest"]
    await conn.act_as(cast.fremd.viewer)
    assert await conn.fetchval("SELECT count(*) FROM kdnx.notice_setting") == 0
    person = cast.sued.viewer.person_id
    assert person is not None
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with conn.savepoint():
            await store.save_settings(conn, person, {"order": "off"})


async def test_failures_wait_longer_and_are_given_up(
    conn: Conn, cast: Cast, settings: Settings
) -> None:
    await tell_sued(conn, cast, roles=[], person_ids=[cast.sued.viewer.person_id])
    with smtp_server() as (url, _inbox):
        pass
    assert await deliver_outbox(house_of(conn, settings, url)) == 0
    (row,) = await outbox(conn)
    assert (row["state"], row["attempts"]) == ("waiting", 1)
    assert row["due"] > conn.now
    assert row["last_error"]
    first_wait = row["due"] - conn.now
    assert await deliver_outbox(house_of(conn, settings, url)) == 0
    for n in range(1, 12):
        await deliver_outbox(house_of(conn, settings, url, timedelta(days=n)))
    (row,) = await outbox(conn)
    assert (row["state"], row["attempts"]) == ("given_up", 12)
    assert first_wait == timedelta(minutes=1)


async def test_one_refused_address_does_not_stop_the_others(
    conn: Conn, cast: Cast, settings: Settings
) -> None:
    await conn.execute(
        "UPDATE kdnx.person SET email = 'refused@example.org' WHERE id = $1",
        cast.sued.viewer.person_id,
    )
    await tell_sued(conn, cast)
    with smtp_server() as (url, inbox):
        assert await deliver_outbox(house_of(conn, settings, url)) == 1
    assert len(inbox.messages) == 1
    assert sorted(r["state"] for r in await outbox(conn)) == ["sent", "waiting"]


@pytest.mark.parametrize("email", ["", "keine-adresse", "a@b.example\nBcc: x@y.example"])
async def test_unusable_addresses_end_quietly(
    conn: Conn, cast: Cast, settings: Settings, email: str
) -> None:
    await conn.execute(
        "UPDATE kdnx.person SET email = $2 WHERE id = $1", cast.sued.viewer.person_id, email
    )
    await tell_sued(conn, cast, roles=[], person_ids=[cast.sued.viewer.person_id])
    with smtp_server() as (url, inbox):
        assert await deliver_outbox(house_of(conn, settings, url)) == 1
    assert inbox.messages == []
    assert (await outbox(conn))[0]["state"] in {"not_needed", "given_up"}


async def test_without_mail_server_nothing_piles_up(
    conn: Conn, cast: Cast, settings: Settings
) -> None:
    await tell_sued(conn, cast)
    assert await deliver_outbox(house_of(conn, settings)) == 2
    assert {r["state"] for r in await outbox(conn)} == {"not_needed"}


async def test_old_notices_and_letters_are_deleted_by_the_rule(
    conn: Conn, cast: Cast, settings: Settings
) -> None:
    await tell_sued(conn, cast)
    await deliver_outbox(house_of(conn, settings))
    await conn.act_as(SYSTEM)
    assert await sweep(conn) == 0
    later = replace(conn, now=conn.now + timedelta(days=120))
    assert await sweep(later) == 2
    assert await outbox(conn) == []
    # a person cannot delete what they were told
    await conn.act_as(cast.sued.viewer)
    assert await conn.execute("DELETE FROM kdnx.notice") == 0
    await conn.act_as(SYSTEM)
    assert await sweep(replace(conn, now=conn.now + timedelta(days=402))) == 2
    assert await conn.fetchval("SELECT count(*) FROM kdnx.notice") == 0


@pytest.mark.parametrize("url", ["http://x", "smtp://", "mail.example.org"])
def test_unreadable_address_of_the_server(url: str) -> None:
    with pytest.raises(Invalid):
        smtp_client(url)


def test_schemes() -> None:
    plain, tls, start = (
        smtp_client(f"{s}://n%40me:p@h.example") for s in ("smtp", "smtps", "smtp+starttls")
    )
    assert (plain.port, tls.port, start.port) == (25, 465, 587)
    assert plain._login_username == "n@me"


def test_every_kind_has_a_topic() -> None:
    assert {topic_of(k) for k in KIND_LABELS} <= set(TOPICS)
    assert label_of("booking.other") == "Neuigkeit zu: Buchungen"
    assert label_of("nothing.known") == "Neuigkeit zu: Sonstiges"


def test_clock_of_the_digest() -> None:
    from kdnx.clock import next_at

    before = datetime(2026, 11, 22, 5, 59, tzinfo=UTC)
    assert next_at(before, 7) == datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
    assert next_at(before + timedelta(minutes=1), 7) == datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    summer = datetime(2026, 7, 1, 20, 0, tzinfo=UTC)
    assert next_at(summer, 7) == datetime(2026, 7, 2, 5, 0, tzinfo=UTC)
