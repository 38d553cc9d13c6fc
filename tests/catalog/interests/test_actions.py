"""Ask, coordinate, offer, revise, decline, withdraw, write."""

from datetime import date

import pytest

from catalog.interests import store
from catalog.interests.actions import express_interest, make_move, read_interest, write_message
from catalog.interests.model import InterestEvent
from catalog.interests.offering import make_offer, propose_offer
from kdnx.errors import Forbidden, Invalid, NotFound, Refused, Stale
from kdnx.tasks.actions import list_my_tasks
from tests.catalog.build import ALL, a_draft, an_offering, only_for
from tests.catalog.interests.interest_build import NOW, a_wish, an_interest, an_offer

E = InterestEvent


async def tasks_of(conn, viewer):
    await conn.act_as(viewer)
    return [
        (t.kind, t.due_at.date() if t.due_at else None)
        for t in await list_my_tasks(conn, viewer, kind="interest")
    ]


async def test_an_interest_is_numbered_and_waits_for_the_provider_until_a_working_day(conn, cast):
    made = await an_interest(conn, cast)
    assert made.number == "I-2026-0001"
    assert (made.state, made.turn, made.due_on) == ("expressed", "provider", date(2026, 12, 3))
    assert made.yearly_net_cents == 12 * 54_00
    assert await tasks_of(conn, cast.nord.viewer) == [("interest.coordinate", date(2026, 12, 3))]
    assert await tasks_of(conn, cast.sued.viewer) == []


async def test_a_strangers_interest_is_not_there(conn, cast):
    made = await an_interest(conn, cast, "offered")
    for viewer in (cast.fremd.viewer, cast.committee):
        await conn.act_as(viewer)
        with pytest.raises(NotFound):
            await read_interest(conn, viewer, made.id)
        with pytest.raises(NotFound):
            await make_move(conn, viewer, made.id, E.WITHDRAW, reason="fremd", expected=None)
        assert await conn.fetchval("SELECT count(*) FROM catalog.interest_row") == 0
        for table in ("interest_step", "interest_offer", "interest_line", "interest_message"):
            assert await conn.fetchval(f"SELECT count(*) FROM catalog.{table}") == 0
    for viewer in (cast.office, cast.auditor):
        await conn.act_as(viewer)
        assert (await read_interest(conn, viewer, made.id)).state == "offered"
        with pytest.raises(Forbidden):
            await make_move(conn, viewer, made.id, E.WITHDRAW, reason="nur lesend", expected=None)


async def test_only_others_published_offerings_within_the_audience(conn, cast):
    conn.now = NOW
    own = await an_offering(conn, cast.nord)
    with pytest.raises(Refused) as refused:
        await express_interest(conn, cast.nord.second, a_wish(own.id))
    assert refused.value.code == "own_offering"
    hidden = await an_offering(
        conn, cast.nord, "Nur für Fremd", audiences=[only_for(cast.fremd.id)], reference="N"
    )
    await conn.act_as(cast.sued.viewer)
    with pytest.raises(NotFound):
        await express_interest(conn, cast.sued.viewer, a_wish(hidden.id))
    await conn.act_as(cast.office)  # the office sees it, and it is still not for the hub
    with pytest.raises(Refused) as refused:
        await express_interest(conn, cast.office, a_wish(hidden.id))
    assert refused.value.code == "outside_audience"
    draft = await a_draft(conn, cast.nord.viewer, "Noch im Entwurf", reference="D")
    await conn.act_as(cast.sued.viewer)
    with pytest.raises(NotFound):
        await express_interest(conn, cast.sued.viewer, a_wish(draft.id))


async def test_one_open_thread_for_an_offering(conn, cast):
    made = await an_interest(conn, cast)
    with pytest.raises(Refused) as refused:
        await express_interest(conn, cast.sued.viewer, a_wish(made.offering_id))
    assert (refused.value.code, refused.value.remedy_url) == (
        "interest_open",
        f"/interests/{made.id}",
    )
    await make_move(
        conn, cast.sued.viewer, made.id, E.WITHDRAW, reason="Bedarf entfallen", expected=1
    )
    again = await express_interest(conn, cast.sued.viewer, a_wish(made.offering_id))
    assert again.number == "I-2026-0002"


async def test_the_offer_starts_from_the_catalogue_and_the_fitting_audience(conn, cast):
    conn.now = NOW
    audiences = [ALL, {**only_for(cast.sued.id), "legal_basis": "gwb_108_4", "tax_code": "F29"}]
    offering = await an_offering(conn, cast.nord, audiences=audiences)
    await conn.act_as(cast.sued.viewer)
    made = await express_interest(conn, cast.sued.viewer, a_wish(offering.id))
    await conn.act_as(cast.nord.viewer)
    proposal = await propose_offer(conn, cast.nord.viewer, made)
    assert (proposal.legal_basis, proposal.tax_code_1, proposal.notice_months) == (
        "gwb_108_4",
        "F29",
        6,
    )
    assert [(x.quantity, x.unit_price_micro, x.net_cents) for x in proposal.lines] == [
        (12, 4_500_000, 54_00)
    ]
    assert (proposal.version, proposal.starts_on, proposal.billing) == (
        1,
        date(2027, 1, 1),
        "month",
    )
    assert proposal.valid_until == date(2026, 12, 23)


async def test_an_offer_is_made_revised_and_both_stay(conn, cast):
    made = await an_interest(conn, cast, "offered")
    assert (made.state, made.turn, made.due_on, made.offered_version) == (
        "offered",
        "recipient",
        date(2026, 12, 15),
        1,
    )
    dearer = an_offer(note="mit Übernahme", valid_until=date(2026, 12, 20))
    made = await make_offer(conn, cast.nord.viewer, made.id, dearer, expected=made.row_version)
    offers = await store.list_offers(conn, made)
    assert [(o.n, o.note, len(o.lines)) for o in offers] == [(2, "mit Übernahme", 1), (1, "", 1)]
    assert made.due_on == date(2026, 12, 20)
    assert [s.event for s in await store.list_steps(conn, made)] == [
        "revise",
        "offer",
        "coordinate",
        "express",
    ]
    assert await tasks_of(conn, cast.sued.viewer) == [("interest.accept", date(2026, 12, 20))]
    assert await tasks_of(conn, cast.nord.viewer) == []


async def test_a_provider_is_bound_by_its_offer(conn, cast):
    made = await an_interest(conn, cast, "offered")
    with pytest.raises(Forbidden):
        await make_move(
            conn, cast.nord.viewer, made.id, E.DECLINE, reason="doch nicht", expected=None
        )
    await conn.act_as(cast.sued.viewer)
    back = await make_move(
        conn, cast.sued.viewer, made.id, E.RETURN, reason="bitte ab März", expected=made.row_version
    )
    assert (back.state, back.turn) == ("coordinating", "provider")
    await conn.act_as(cast.nord.viewer)
    again = await make_offer(
        conn, cast.nord.viewer, made.id, an_offer(starts_on=date(2027, 3, 1)), expected=None
    )
    assert (again.state, again.offer_n) == ("offered", 2)


async def test_a_reason_is_needed_and_read_by_the_other_side(conn, cast):
    made = await an_interest(conn, cast, "coordinating")
    with pytest.raises(Invalid) as invalid:
        await make_move(conn, cast.nord.viewer, made.id, E.DECLINE, reason=" ", expected=None)
    assert invalid.value.errors[0].field == "reason"
    done = await make_move(
        conn, cast.nord.viewer, made.id, E.DECLINE, reason="keine Kapazität", expected=None
    )
    assert (done.state, done.due_on) == ("declined", None)
    await conn.act_as(cast.sued.viewer)
    assert (await store.list_steps(conn, done))[0].reason == "keine Kapazität"
    with pytest.raises(Refused):
        await write_message(conn, cast.sued.viewer, made.id, "Schade")


async def test_a_stale_page_is_told_so(conn, cast):
    made = await an_interest(conn, cast, "offered")
    await conn.act_as(cast.sued.viewer)
    with pytest.raises(Stale) as stale:
        await make_move(conn, cast.sued.viewer, made.id, E.DECLINE, reason="zu teuer", expected=1)
    assert stale.value.remedy_url == f"/interests/{made.id}"


async def test_messages_move_no_state_and_make_no_form_stale(conn, cast):
    made = await an_interest(conn, cast, "coordinating")
    await write_message(conn, cast.nord.viewer, made.id, "Welche Server?")
    await conn.act_as(cast.sued.viewer)
    await write_message(conn, cast.sued.viewer, made.id, "Die zwölf im Rathaus.")
    found = await store.list_messages(conn, made)
    assert [(m.by_member, m.body) for m in found] == [
        (cast.sued.id, "Die zwölf im Rathaus."),
        (cast.nord.id, "Welche Server?"),
    ]
    assert (await read_interest(conn, cast.sued.viewer, made.id)).row_version == made.row_version


@pytest.mark.parametrize(
    ("over", "field"),
    [({"valid_until": date(2026, 11, 1)}, "valid_until"), ({"tax_code_1": "NALT"}, "tax_code_1")],
)
async def test_an_offer_that_cannot_hold_is_refused_at_its_field(conn, cast, over, field):
    made = await an_interest(conn, cast, "coordinating")
    with pytest.raises(Invalid) as invalid:
        await make_offer(conn, cast.nord.viewer, made.id, an_offer(**over), expected=None)
    assert field in {e.field for e in invalid.value.errors}
