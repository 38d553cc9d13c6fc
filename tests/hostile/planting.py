"""What a pair keeps to itself: objects of every kind between Nordrechen and Suedrechen, with a marker in every text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from catalog.interests.actions import express_interest, write_message
from catalog.interests.offering import make_offer
from catalog.questions.actions import ask_question
from catalog.questions.schemas import AskForm
from catalog.searches.actions import save_search
from catalog.searches.model import Rhythm
from catalog.searches.reading import from_address
from catalog.surveys.actions import decide_hits, freeze_survey, start_survey
from catalog.surveys.model import Choice
from catalog.surveys.model import Decision as Chosen
from catalog.surveys.store import list_hits
from catalog.watching.actions import watch_offering
from exchange.acceptance.actions import accept_offer
from exchange.annotations.actions import annotate_booking
from exchange.bookings.actions import Proposal, propose_booking
from exchange.bookings.model import DisputeReason
from exchange.invoices.actions import issue_invoices
from exchange.invoices.model import read_term
from exchange.orders.actions import create_order
from exchange.orders.schemas import NewOrder
from exchange.selfbilling.actions import propose_agreement
from exchange.selfbilling.schemas import Proposal as SelfBilling
from exchange.signing.actions import confirm_booking, dispute_booking
from kdnx.clients.actions import create_client
from kdnx.db.conn import Conn
from kdnx.documents.actions import Place, Upload, add_document
from kdnx.documents.model import Visibility
from kdnx.ids import digest, named_id, new_id
from kdnx.imports.store import insert_run
from kdnx.invitations.actions import invite
from kdnx.notices.actions import notify
from kdnx.tasks.actions import open_tasks
from kdnx.tasks.model import NewTask
from kdnx.viewer import Permission, Role, Scope, Viewer
from procurement.bundles.actions import add_lot, create_bundle, decide_lines, freeze_bundle
from procurement.bundles.model import Decision
from procurement.bundles.store import list_lines
from procurement.demands.actions import add_position, announce_call, close_call, create_call
from procurement.demands.schemas import CallIn, PositionIn
from procurement.responses.actions import (
    release_response,
    request_release,
    save_free_demand,
    save_response,
)
from procurement.responses.model import Amount, Line, Response, amount
from procurement.responses.schemas import FreeIn
from procurement.tenders.actions import create_tender
from procurement.tenders.schemas import TenderIn
from tests.cast import Cast
from tests.catalog.build import a_draft, an_offering, only_for
from tests.catalog.interests.interest_build import a_wish, an_offer
from tests.catalog.requests.making import a_request, an_answer
from tests.exchange.invoices.build import DECIDE, make_billable
from tests.hostile.planting_changes import plant_changes
from tests.hostile.planting_inhouse import plant_inhouse
from tests.hostile.planting_planning import plant_planning
from tests.hostile.planting_settlement import plant_settlement
from tests.hostile.planting_tax import plant_tax

# one word, so that a search for its beginning must find it and a page may echo that beginning
PREFIX = "zqxanfang"
REST = "geheimende"
MARK = PREFIX + REST
CENTS = 77_123_457  # an amount that stands nowhere else
SHOWN = ("771.234,57", "77123457", "771234.57")
CPV = "30213100"
SYSTEM = Viewer(scope=Scope.SYSTEM)
INSERT_ORDER = """
WITH head AS (
  INSERT INTO exchange.service_order (owner_id, id, number, recipient_id, route, hub_id, state, current_version, origin, created_at, updated_at)
  VALUES ($1, $2, 'L-2020-7071', $3, 'hub', $4, 'active', 1, 'legacy', $5, $5) RETURNING 1),
version AS (
  INSERT INTO exchange.order_version (owner_id, order_id, version, offering_id, offering_version, category_id, title, starts_on, valid_from,
    notice_months, billing, surcharge_pct, surcharge_fee_cents, silence, confirm_days, legal_route, legal_reason, note, yearly_net_cents, authored_by, authored_at, hash)
  SELECT $1, $2, 1, $6, 1, $7, $8, $9, $9, 3, 'month', $10, 0, 'escalate', 30, 'joint_108_4', $8, $8, 77123457, $3, $5, sha256('x') FROM head RETURNING 1),
signed AS (
  INSERT INTO exchange.order_approval (owner_id, order_id, version, side, member_id, origin, approved_at)
  SELECT $1, $2, 1, 'recipient', $3, 'legacy', $5 FROM version RETURNING 1)
INSERT INTO exchange.order_counter (owner_id, order_id, last_booking) SELECT $1, $2, 0 FROM signed
"""


@dataclass(frozen=True)
class Secrets:
    """Ids by the noun of the address; `flat` is all of them."""

    ids: Mapping[str, tuple[UUID, ...]]

    @property
    def flat(self) -> tuple[UUID, ...]:
        """Every id once."""
        return tuple(dict.fromkeys(i for group in self.ids.values() for i in group))


async def plant(conn: Conn, cast: Cast) -> Secrets:
    """Make everything by its own actions; the caller commits."""
    offerings = await _offerings(conn, cast)
    orders = await _orders(conn, cast, offerings[0])
    bookings = await _bookings(conn, cast, orders[1])
    billed = await _invoices(conn, cast, orders[1])
    calls, responses, free = await _demands(conn, cast)
    bundle, tender = await _tender(conn, cast)
    around = await _around(conn, cast, orders[1])
    around["requests"] = await _requests(conn, cast)
    around |= await plant_changes(conn, cast, orders[1], offerings[0], MARK, CENTS)
    around["cooperations"] = await plant_inhouse(conn, cast, MARK, CENTS)
    change = around["amendments"][0]
    await plant_planning(conn, cast, orders[1], change, MARK, CENTS)
    undecided = await plant_tax(conn, cast, offerings[0], MARK, CENTS)
    around["settlements"] = await plant_settlement(conn, cast, MARK)
    around |= {
        "offerings": offerings,
        "orders": (*orders, undecided),
        "bookings": bookings,
        **billed,
        "demands": calls,
        "responses": responses,
        "free": free,
        **await _evidence(conn, cast, offerings[0]),
        "interests": await _interests(conn, cast, offerings[0]),
    }
    return Secrets({**around, "bundles": (bundle,), "tenders": (tender,)})


async def _offerings(conn: Conn, cast: Cast) -> tuple[UUID, ...]:
    text = {
        "summary": MARK,
        "description": f"Beschreibung {MARK}",
        "prerequisites": MARK,
        "reference": MARK,
    }
    shown = await an_offering(
        conn, cast.nord, f"Sicherung {MARK}", audiences=[only_for(cast.sued.id)], **text
    )
    draft = await a_draft(
        conn, cast.nord.viewer, f"Entwurf {MARK}", **{**text, "reference": MARK + "2"}
    )
    return shown.id, draft.id


async def _orders(conn: Conn, cast: Cast, offering: UUID) -> tuple[UUID, ...]:
    await conn.act_as(cast.sued.viewer)
    asked = await create_order(
        conn, cast.sued.viewer, NewOrder(offering_id=offering, starts_on=conn.today, note=MARK)
    )
    await conn.act_as(SYSTEM)
    active = new_id()
    await conn.execute(
        INSERT_ORDER, cast.nord.id, active, cast.sued.id, cast.hub.id, conn.now, offering, named_id("category", "hosting"),
        f"Betrieb {MARK}", date(2020, 1, 1), Decimal("2.5"),
    )  # fmt: skip
    for leg in (1, 2):
        await conn.execute(DECIDE, cast.nord.id, active, leg, "U19", conn.now)
    return asked.id, active


async def _interests(conn: Conn, cast: Cast, offering: UUID) -> tuple[UUID, ...]:
    """One thread that became an order, and one whose offer lies on the table."""
    found = []
    for accepts in (True, False):
        sued, nord = cast.sued.viewer, cast.nord.viewer
        await conn.act_as(sued)
        made = await express_interest(conn, sued, a_wish(offering, note=MARK))
        await write_message(conn, sued, made.id, f"Nachricht {MARK}")
        await conn.act_as(nord)
        until = conn.today + timedelta(days=30)
        body = an_offer(note=MARK, legal_reason=MARK, entrustment=MARK, valid_until=until)
        made = await make_offer(conn, nord, made.id, body, expected=made.row_version)
        found.append(made.id)
        if accepts:
            await conn.act_as(sued)
            await accept_offer(conn, sued, made.id, expected=made.row_version)
    return tuple(found)


async def _evidence(conn: Conn, cast: Cast, offering: UUID) -> dict[str, tuple[UUID, ...]]:
    """A saved search, a frozen survey and one at work, a watch, and a question between the two houses."""
    sued = cast.sued.viewer
    await conn.act_as(sued)
    query = from_address(f"q={MARK}")
    saved = await save_search(
        conn, sued, query, f"Suche {MARK}", rhythm=Rhythm.DAILY, is_shared=True
    )
    await watch_offering(conn, sued, offering)
    drafts = [await start_survey(conn, sued, query, f"Markterkundung {MARK}") for _n in (1, 2)]
    choices = [
        Choice(h.offering_id, Chosen.KEPT, None, MARK) for h in await list_hits(conn, drafts[0])
    ]
    done = await decide_hits(
        conn, sued, drafts[0].id, drafts[0].row_version, choices, title=f"Beleg {MARK}", remark=MARK
    )
    await freeze_survey(conn, sued, done.id, done.row_version)
    asked = await ask_question(
        conn, sued, offering, AskForm(question=f"Frage {MARK}", visibility="private")
    )
    surveys = tuple(d.id for d in drafts)
    return {
        "searches": (saved.id,),
        "frozen": surveys,
        "frozen-searches": surveys,
        "questions": (asked.id,),
    }


async def _bookings(conn: Conn, cast: Cast, order: UUID) -> tuple[UUID, ...]:
    found = []
    for month in (1, 2, 3):
        await conn.act_as(cast.nord.viewer)
        first, last = date(2026, month, 1), date(2026, month, 28)
        wish = Proposal(order, first, last, CENTS, reference=f"{MARK}{month}", note=MARK)
        found.append(await propose_booking(conn, cast.nord.viewer, wish))
    await conn.act_as(cast.sued.viewer)
    for is_shared in (False, True):
        await annotate_booking(
            conn, cast.sued.viewer, found[0].id, text=f"Bemerkung {MARK}", is_shared=is_shared
        )
    await confirm_booking(conn, cast.sued.viewer, found[1].id)
    await dispute_booking(
        conn,
        cast.sued.viewer,
        found[2].id,
        reason=DisputeReason.AMOUNT,
        text=MARK,
        claimed_cents=CENTS - 1,
    )
    return tuple(b.id for b in found)


async def _invoices(conn: Conn, cast: Cast, order: UUID) -> dict[str, tuple[UUID, ...]]:
    """Nordrechen's invoice over the confirmed booking, and what the pair wants to agree on billing."""
    await make_billable(conn, cast.nord, cast.hub)
    await conn.act_as(cast.nord.viewer)
    issued = (await issue_invoices(conn, cast.nord.viewer, read_term("2026"))).issued
    wish = SelfBilling(
        role="seller", partner=cast.sued.id, agreed_on=conn.today, valid_from=conn.today, document=f"Anlage {MARK}"
    )  # fmt: skip
    deal = await propose_agreement(conn, cast.nord.viewer, wish)
    return {"invoices": tuple(i.id for i in issued), "self-billing": (deal.id,)}


def _head(conn: Conn, cast: Cast) -> CallIn:
    year = conn.today.year + 1
    return CallIn(
        title=f"Bedarf {MARK}", description=MARK, audience="chosen", member_ids=[cast.nord.id, cast.sued.id],
        first_year=year, last_year=year, closes_on=conn.today + timedelta(days=30),
    )  # fmt: skip


async def _call(conn: Conn, cast: Cast) -> tuple[UUID, Response]:
    """An open call of the hub to the pair, and Nordrechen's saved answer."""
    await conn.act_as(cast.office)
    call = await create_call(conn, cast.office, _head(conn, cast))
    await add_position(
        conn,
        cast.office,
        call,
        PositionIn(title=f"Position {MARK}", cpv=CPV, unit="Stück", spec=MARK),
    )
    await announce_call(conn, cast.office, call)
    await conn.act_as(cast.nord.viewer)
    line = Line(
        1, f"Position {MARK}", CPV, "Stück", _wanted(conn), "non_binding", 1, spec_hash=digest(MARK), place=MARK,
        price_today_cents=CENTS,
    )  # fmt: skip
    return call, await save_response(conn, cast.nord.viewer, call, [line])


def _wanted(conn: Conn) -> dict[int, Amount]:
    return {conn.today.year + 1: amount(Decimal(1), Decimal(2), Decimal(3))}


async def _demands(
    conn: Conn, cast: Cast
) -> tuple[tuple[UUID, ...], tuple[UUID, ...], tuple[UUID, ...]]:
    call, response = await _call(conn, cast)
    wish = FreeIn(title=f"Freier Bedarf {MARK}", cpv=CPV, unit="Stück", spec=MARK)
    rest = {"binding": "non_binding", "place": MARK}
    free = await save_free_demand(conn, cast.nord.viewer, wish, _wanted(conn), rest)
    await conn.act_as(cast.office)
    hidden = await create_call(conn, cast.office, _head(conn, cast))
    return (call, hidden), (response.id,), (free.id,)


async def _tender(conn: Conn, cast: Cast) -> tuple[UUID, UUID]:
    """A call that went on to a bundle and a draft of a tender."""
    call, response = await _call(conn, cast)
    await request_release(conn, cast.nord.viewer, response)
    await conn.act_as(cast.nord.second)
    await release_response(conn, cast.nord.second, response)
    office = cast.office
    await conn.act_as(office)
    await close_call(conn, office, call)
    bundle = await create_bundle(conn, office, [call], title=f"Bündel {MARK}", starts_on=conn.today)
    lot = await add_lot(conn, office, bundle, f"Los {MARK}")
    keys = [line.key for line in await list_lines(conn, bundle)]
    await decide_lines(conn, office, bundle, keys, Decision.TAKEN, lot_no=lot)
    await freeze_bundle(conn, office, bundle)
    form = TenderIn(
        title=f"Vergabe {MARK}", starts_on=conn.today + timedelta(days=100), term_months=48
    )
    return bundle, await create_tender(conn, office, bundle, form)


async def _requests(conn: Conn, cast: Cast) -> tuple[UUID, ...]:
    """Suedrechen's request to Nordrechen alone with a sealed answer, and a draft."""
    over = {"need": f"Gesucht wird {MARK}", "place": MARK, "budget_cents": CENTS}
    only = {"audience": "members", "member_ids": [cast.nord.id]}
    asked = await a_request(conn, cast.sued, title=f"Gesuch {MARK}", **over, **only)
    draft = await a_request(conn, cast.sued, announced=False, title=f"Entwurf {MARK}", **over)
    await an_answer(conn, cast.nord, asked, summary=f"Angebot {MARK}", conditions=MARK)
    return asked, draft


async def _around(conn: Conn, cast: Cast, order: UUID) -> dict[str, tuple[UUID, ...]]:
    nord = cast.nord.viewer
    await conn.act_as(nord)
    upload = Upload(f"{MARK}.txt", MARK.encode())
    paper = await add_document(
        conn,
        nord,
        Place("order", order, [cast.sued.id]),
        upload,
        title=MARK,
        visibility=Visibility.PARTIES,
    )
    inner = await add_document(
        conn, nord, Place("order", order), Upload("b.txt", b"b" + MARK.encode()), title=MARK
    )
    url, kind = f"/orders/{order}", "order"
    await open_tasks(
        conn, [NewTask(cast.sued.id, "order.review", MARK, kind, order, url, Role.LEGAL_OFFICER)]
    )
    people = [v.person_id for v in (cast.sued.viewer, cast.sued.second) if v.person_id]
    await notify(
        conn,
        nord,
        kind="order.moved",
        owner_id=cast.sued.id,
        object_kind=kind,
        object_id=order,
        url=url,
        title=MARK,
        person_ids=people,
    )
    program = await create_client(conn, nord, label=MARK, scopes=[Permission.ORDER_READ])
    await invite(
        conn,
        nord,
        email=f"{MARK}@example.org",
        display_name=MARK,
        member_id=cast.nord.id,
        roles=[Role.EVALUATOR],
    )
    run = new_id()
    await insert_run(
        conn,
        cast.nord.id,
        run,
        "offerings",
        file_name=f"{MARK}.csv",
        body=f"Titel\n{MARK}\n".encode(),
        mapping={},
        person_id=nord.person_id,
    )
    await conn.act_as(SYSTEM)
    grant = await conn.fetchval(
        "SELECT min(id::text)::uuid FROM kdnx.role_grant WHERE member_id = $1", cast.nord.id
    )
    asked = await conn.fetchval("SELECT id FROM kdnx.invitation WHERE display_name = $1", MARK)
    tasks = await conn.fetch(
        "SELECT id FROM kdnx.task WHERE owner_id = ANY ($1::uuid[])", [cast.nord.id, cast.sued.id]
    )
    notices = await conn.fetch(
        "SELECT id FROM kdnx.notice WHERE owner_id = ANY ($1::uuid[])", [cast.nord.id, cast.sued.id]
    )
    return {
        "documents": (paper.id, inner.id),
        "clients": (program.client_id,),
        "invitations": (asked,),
        "imports": (run,),
        "roles": (grant,),
        "tasks": tuple(r["id"] for r in tasks),
        "activity": tuple(r["id"] for r in notices),
    }
