"""The provider's offer on an interest: proposed from the catalogue, made, revised; and taken by the recipient."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from catalog.attributes.store import get_schema
from catalog.categories import store as categories
from catalog.contents import store as contents
from catalog.contents.model import LEGAL_BASIS_LABELS, LegalBasis, TaxCase, Version
from catalog.interests import store
from catalog.interests.actions import (
    check_audience,
    check_may,
    lock,
    move,
    not_on_offer,
    read_interest,
)
from catalog.interests.model import (
    InterestEvent,
    InterestState,
    Line,
    Offer,
    advance,
    check_term,
    fitting,
    lines_from,
    once,
    yearly,
)
from catalog.interests.schemas import OfferBody
from catalog.interests.store import Interest
from catalog.offerings import store as offerings
from catalog.offerings.model import Offering, State
from catalog.versions.wording import Change, Names, describe, differences
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Invalid, NotFound, Refused, Stale
from kdnx.members.store import list_members
from kdnx.money import times
from kdnx.rules.calendar import add_days
from kdnx.rules.store import find_rule
from kdnx.text import _
from kdnx.viewer import Viewer

E, S = InterestEvent, InterestState
USUAL_VALIDITY_DAYS = 30
USUAL_NOTICE_MONTHS = 3


@dataclass(frozen=True)
class Proposal:
    """What the form of the offer starts with; `version` is the published one it will be bound to."""

    version: int
    starts_on: date
    ends_on: date | None
    valid_until: date
    notice_months: int
    min_term_months: int | None
    billing: str
    legal_basis: str
    legal_reason: str
    entrustment: str
    activity_group: str
    tax_code_1: str
    tax_code_2: str
    note: str
    lines: Sequence[Line]


async def _published(
    conn: Conn, viewer: Viewer, interest: Interest
) -> tuple[Offering, int, Version]:
    head = await offerings.get_offering(conn, viewer, interest.offering_id)
    if head.state != State.PUBLISHED or head.published_version is None:
        raise not_on_offer(head.id)
    version = await contents.get_version(conn, viewer, head.id, head.published_version)
    return head, head.published_version, version


async def propose_offer(conn: Conn, viewer: Viewer, interest: Interest) -> Proposal:
    """The published version's prices with the quantities asked for, legal basis and tax case of the fitting audience.

    A revision starts from the last offer as long as its version is the published one.
    """
    _head, number, version = await _published(conn, viewer, interest)
    until = add_days(conn.today, USUAL_VALIDITY_DAYS)
    offers = await store.list_offers(conn, interest)
    if offers and offers[0].offering_version == number:
        last = offers[0]
        return Proposal(
            number, last.starts_on, last.ends_on, until, last.notice_months, version.min_term_months, last.billing,
            last.legal_basis, last.legal_reason, last.entrustment, last.activity_group, last.tax_code_1,
            last.tax_code_2, last.note, last.lines,
        )  # fmt: skip
    audience = fitting(version.audiences, await store.keys_of(conn, interest.owner_id))
    basis = audience.legal_basis if audience else LegalBasis.GWB_108_6.value
    tax = audience.tax_code if audience else TaxCase.OPEN.value
    reason = _("Laut Katalog, Fassung {n}: {basis}.").format(
        n=number, basis=LEGAL_BASIS_LABELS[LegalBasis(basis)]
    )
    lines = await _priced(conn, interest, version)
    periods = [x.period for x in lines if x.period != "once"]
    return Proposal(
        number, interest.starts_on, interest.ends_on, until,
        USUAL_NOTICE_MONTHS if version.notice_months is None else version.notice_months, version.min_term_months,
        periods[0] if periods else ("once" if lines else "month"), basis, reason, "", "", tax, tax, "", lines,
    )  # fmt: skip


async def _priced(conn: Conn, interest: Interest, version: Version) -> list[Line]:
    asked = (await store.list_lines(conn, interest)).get(0, [])
    wanted: dict[int, Decimal] = {}
    for line in asked:
        if line.price_ordinal is not None:
            before = wanted.get(line.price_ordinal, Decimal(0))
            wanted[line.price_ordinal] = before + line.quantity
    if not wanted:  # nothing was counted: everything the catalogue charges, once
        wanted = {p.ordinal: Decimal(1) for p in version.prices}
    return lines_from(version.prices, wanted)


async def make_offer(
    conn: Conn, viewer: Viewer, interest_id: UUID, body: OfferBody, *, expected: int | None
) -> Interest:
    """Offer, or put a new offer in the place of the last one; bound to the version that is published now (C4)."""
    interest = await lock(conn, viewer, interest_id, expected)
    event = E.REVISE if interest.state == S.OFFERED else E.OFFER
    advance(interest.state, event)
    check_may(viewer, interest, event)
    check_term(body.starts_on, body.ends_on)
    if body.valid_until < conn.today:
        message = _("Die Bindefrist liegt in der Vergangenheit.")
        raise Invalid(message, errors=[FieldError("valid_until", message, "past")])
    head, number, version = await _published(conn, viewer, interest)
    await check_audience(conn, interest.owner_id, head.audience_keys)
    await _check_tax(conn, body)
    offer = _offer(conn, viewer, interest, body, number, version)
    changed = replace(
        interest, offer_n=offer.n, offered_version=number, valid_until=offer.valid_until,
        yearly_net_cents=offer.yearly_net_cents,
    )  # fmt: skip
    after = await move(conn, viewer, interest, event, reason=offer.note, changed=changed)
    await store.insert_offer(conn, after, offer)
    return after


async def _check_tax(conn: Conn, body: OfferBody) -> None:
    message = _("Diesen Steuerfall gibt es zum Beginn der Leistung nicht.")
    wrong = [
        FieldError(name, message)
        for name, code in (("tax_code_1", body.tax_code_1), ("tax_code_2", body.tax_code_2))
        if code != TaxCase.OPEN
        and await find_rule(conn, "tax_code", code.value, body.starts_on) is None
    ]
    if wrong:
        raise Invalid(message, errors=wrong)


def _offer(
    conn: Conn, viewer: Viewer, interest: Interest, body: OfferBody, number: int, version: Version
) -> Offer:
    known = {p.ordinal for p in version.prices}
    lines = tuple(
        Line(i, x.label, x.unit, x.period, x.quantity, x.unit_price_micro, times(x.quantity, x.unit_price_micro),
             x.price if x.price in known else None)
        for i, x in enumerate(body.lines, 1)
    )  # fmt: skip
    return Offer(
        interest.offer_n + 1, number, body.starts_on, body.ends_on, body.valid_until, body.notice_months, body.billing,
        body.legal_basis.value, body.legal_reason, body.entrustment, body.activity_group, body.tax_code_1.value,
        body.tax_code_2.value, body.note, yearly(lines), once(lines), viewer.principal, interest.provider_id,
        conn.now, lines,
    )  # fmt: skip


async def read_offer(conn: Conn, viewer: Viewer, interest_id: UUID) -> tuple[Interest, Offer]:
    """An interest with its last offer; Refused (`no_offer`) where nothing is offered."""
    interest = await read_interest(conn, viewer, interest_id)
    return interest, await _last(conn, interest)


async def _last(conn: Conn, interest: Interest) -> Offer:
    offers = await store.list_offers(conn, interest)
    if not offers:
        raise Refused(
            _("Zu diesem Interesse liegt noch kein Angebot vor."),
            code="no_offer",
            remedy=_("Der Bereitsteller gibt es ab; die Seite nennt, bis wann."),
            remedy_url=f"/interests/{interest.id}",
        )
    return offers[0]


async def accept_offer(
    conn: Conn, viewer: Viewer, interest_id: UUID, expected: int | None
) -> tuple[Interest, Offer]:
    """Take the offer, once: whoever comes second reads that it is taken."""
    interest = await lock(conn, viewer, interest_id, None)
    if interest.state == S.ACCEPTED:
        raise Refused(
            _("Dieses Angebot ist schon angenommen."),
            code="interest_accepted",
            remedy=_("Der Leistungsschein, der daraus entstand, steht beim Interesse."),
            remedy_url=f"/interests/{interest.id}",
        )
    advance(interest.state, E.ACCEPT)
    check_may(viewer, interest, E.ACCEPT)
    if (obstacle := await find_obstacle(conn, viewer, interest)) is not None:
        raise obstacle
    if expected is not None and expected != interest.row_version:
        raise Stale(
            _("Das Angebot wurde inzwischen geändert."),
            remedy=_("Bitte das neue Angebot ansehen und dann entscheiden."),
            remedy_url=f"/interests/{interest.id}",
        )
    offer = await _last(conn, interest)
    return await move(conn, viewer, interest, E.ACCEPT), offer


async def find_obstacle(conn: Conn, viewer: Viewer, interest: Interest) -> Refused | None:
    """Why the offer on the table cannot be taken now: lapsed, no longer on offer, or another version published (C4)."""
    if interest.state != S.OFFERED or interest.valid_until is None:
        return None
    if interest.valid_until < conn.today:
        return Refused(
            _("Die Bindefrist des Angebots ist abgelaufen."),
            code="offer_lapsed",
            rule=_("Ein Antrag lässt sich nur innerhalb seiner Annahmefrist annehmen (§ 148 BGB)."),
            remedy=_("Den Bereitsteller um ein neues Angebot bitten."),
            remedy_url=f"/interests/{interest.id}",
        )
    if interest.published_version is None or interest.offering_state != State.PUBLISHED:
        return not_on_offer(interest.offering_id)
    if interest.published_version == interest.offered_version:
        return None
    changes = await list_changes(conn, viewer, interest)
    return Refused(
        _("Angeboten ist Fassung {old}; veröffentlicht ist jetzt Fassung {new}.").format(
            old=interest.offered_version, new=interest.published_version
        ),
        code="offering_changed",
        rule=_("Ein Leistungsschein hält die Fassung fest, die veröffentlicht ist."),
        remedy=_("Die neue Fassung ansehen und den Bereitsteller bitten, das Angebot zu erneuern."),
        remedy_url=f"/offerings/{interest.offering_id}/versions/{interest.published_version}",
        errors=[
            FieldError(c.field, f"{c.label}: {c.before or '–'} → {c.after or '–'}", "changed")
            for c in changes
        ],
    )  # fmt: skip


async def list_changes(conn: Conn, viewer: Viewer, interest: Interest) -> list[Change]:
    """What differs between the offered version and the one published now, as far as the viewer may read both."""
    if interest.offered_version is None or interest.published_version is None:
        return []
    try:
        old = await contents.get_version(
            conn, viewer, interest.offering_id, interest.offered_version
        )
        new = await contents.get_version(
            conn, viewer, interest.offering_id, interest.published_version
        )
    except NotFound:
        return []
    names = Names(
        {m.id: m.short_name or m.name for m in await list_members(conn)},
        {c.id: c.name for c in await categories.list_categories(conn)},
        {i: await get_schema(conn, i) for i in {old.category_id, new.category_id}},
    )
    return differences(describe(old, names), describe(new, names))
