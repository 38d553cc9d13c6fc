"""The page of an order says in words who is to act, and what its reader may do."""

from exchange.orders.actions import possible
from exchange.orders.pages import turn_words
from kdnx.viewer import Role, Scope, Viewer
from tests.exchange.order_build import an_order_at


async def test_who_can_do_nothing_reads_whose_step_it_is(client, conn, cast):
    order = await an_order_at(conn, cast, "coordinating")
    page = await client.as_(cast.auditor).get(f"/orders/{order.id}")
    assert "Für Sie steht hier nichts an: „Angebot abgeben“ ist Sache von Nordrechen" in page.text
    assert (
        "Für Sie steht hier nichts an"
        not in (await client.as_(cast.sued.viewer).get(f"/orders/{order.id}")).text
    )


async def test_who_lacks_the_role_reads_its_name(conn, cast):
    order = await an_order_at(conn, cast, "coordinating")
    clerk = Viewer(
        scope=Scope.MEMBER, members=(cast.nord.id,), roles=frozenset({Role.BOOKING_APPROVER})
    )
    assert turn_words(clerk, order, possible(clerk, order)).startswith(
        "Diesen Schritt tut in Ihrem Haus eine Person mit der Rolle"
    )


async def test_parties_lead_to_their_members(client, conn, cast):
    order = await an_order_at(conn, cast)
    page = await client.as_(cast.sued.viewer).get(f"/orders/{order.id}")
    assert f'href="/members/{cast.nord.id}"' in page.text
    assert f'href="/members/{cast.sued.id}"' in page.text


async def test_the_form_of_notice_names_the_earliest_day(client, conn, cast):
    order = await an_order_at(conn, cast)
    page = await client.as_(cast.sued.viewer).get(f"/orders/{order.id}")
    assert "Frühestens 28.02.2027: 3 Monate Kündigungsfrist zum Monatsende." in page.text
    assert 'value="2027-02-28"' in page.text
    assert conn.today.isoformat() == "2026-11-22"
