"""What a merger does to declarations and standards."""

from catalog.applications import store
from catalog.applications.model import Mode
from catalog.interface import list_standards
from catalog.landscape.succession import carry_out, preview
from kdnx.db.conn import Conn
from tests.cast import Cast
from tests.catalog.landscape.build import PAYROLL, REGISTER, a_product, declared
from tests.catalog.standards.test_actions import adopted


async def test_declarations_and_standards_go_over(conn: Conn, cast: Cast):
    nord, sued, fremd = cast.nord, cast.sued, cast.fremd
    product = await a_product(conn, nord.viewer)
    await declared(conn, nord.viewer, product.id, yearly_cents=700_000)
    await declared(conn, sued.viewer, product.id, task=PAYROLL, mode="from_member", from_member_id=nord.id)  # fmt: skip
    await declared(conn, fremd.viewer, product.id, task=PAYROLL, mode="from_member", from_member_id=nord.id)  # fmt: skip
    head = await adopted(conn, cast)
    await conn.act_as(cast.office)
    lines = await preview(conn, cast.office, nord.id, sued.id, conn.today)
    assert lines[0].startswith("Anwendungen: 1 Angaben")
    assert len(lines) == 3
    await carry_out(conn, cast.office, nord.id, sued.id, conn.today)
    assert await store.list_own(conn, [nord.id]) == []
    taken = {u.capability_id: u for u in await store.list_own(conn, [sued.id])}
    assert taken[REGISTER].yearly_cents == 700_000
    assert taken[PAYROLL].mode == Mode.OWN
    other = (await store.list_own(conn, [fremd.id]))[0]
    assert (other.mode, other.from_member_id) == ("from_member", sued.id)
    assert [s.id for s in await list_standards(conn)] == [head.id]
    await conn.act_as(sued.viewer)
    tasks = await conn.fetch("SELECT owner_id FROM kdnx.task WHERE kind = 'application.confirm'")
    assert [t["owner_id"] for t in tasks] == [sued.id]
