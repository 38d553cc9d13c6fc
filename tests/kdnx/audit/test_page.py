"""The audit page speaks German, is found by words and by codes, and goes on page by page."""

import re

from kdnx.audit.actions import finish, record
from kdnx.ids import new_id


async def test_words_instead_of_codes(client, conn, cast):
    await conn.act_as(cast.nord.viewer)
    for action in ("role.grant", "booking.confirm"):
        record(
            conn, cast.nord.viewer, action, object_kind="probe", object_id=new_id(), owner_id=cast.nord.id,
            reason=f"Grund {action}",
        )  # fmt: skip
    await finish(conn)
    audit = client.as_(cast.auditor)
    page = (await audit.get("/admin/audit")).text
    assert "Buchung bestätigt" in page and "Rolle vergeben" in page
    found = (await audit.get("/admin/audit?q=bestätigt")).text
    assert "Grund booking.confirm" in found and "Grund role.grant" not in found
    by_code = (await audit.get("/admin/audit?q=role.")).text
    assert "Grund role.grant" in by_code and "Grund booking.confirm" not in by_code
    other = (await audit.get(f"/admin/audit?member={cast.fremd.id}")).text
    assert "Grund role.grant" not in other


async def test_it_goes_on(client, conn, cast):
    await conn.act_as(cast.nord.viewer)
    for n in range(130):
        record(
            conn, cast.nord.viewer, "role.grant", object_kind="probe", object_id=new_id(), owner_id=cast.nord.id,
            reason=f"Nummer-{n:03d}",
        )  # fmt: skip
    await finish(conn)
    audit = client.as_(cast.auditor)
    first = (await audit.get("/admin/audit?q=probe")).text
    more = re.findall(r'href="(/admin/audit\?[^"]*cursor=[^"]+)"', first)
    assert more
    second = (await audit.get(more[0].replace("&amp;", "&"))).text
    seen = re.findall(r"Nummer-(\d+)", first), re.findall(r"Nummer-(\d+)", second)
    assert (len(seen[0]), len(seen[1])) == (100, 30)
    assert len({*seen[0], *seen[1]}) == 130
    broken = await audit.get("/admin/audit?cursor=kaputt")
    assert broken.status_code == 422
