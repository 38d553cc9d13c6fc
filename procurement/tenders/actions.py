"""What people do with a tender in preparation: make it, estimate, choose the procedure, give it up."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Refused, Stale
from kdnx.ids import new_id
from kdnx.members.store import hub_on
from kdnx.numbers.actions import assign, draw
from kdnx.rules.calendar import add_months
from kdnx.rules.model import Rule
from kdnx.rules.store import find_rule, get_rule, holidays_on, list_rules
from kdnx.text import _
from kdnx.viewer import Permission, Viewer, require
from procurement.bundles import store as bundles
from procurement.bundles.actions import mark_tendered
from procurement.bundles.model import BundleEvent, Decision, lot_table
from procurement.codes.model import cpv_group
from procurement.procedures.model import (
    Conditions,
    Option,
    check_choice,
    eu_options,
    national_options,
)
from procurement.telling.actions import tell_tender
from procurement.tenders import store
from procurement.tenders.model import (
    Lot,
    LotPosition,
    Tender,
    TenderEvent,
    TenderState,
    advance,
    may_edit,
    value_input,
)
from procurement.tenders.schemas import TenderBody, TenderIn
from procurement.valuation.model import (
    SPLIT_MONTHS,
    Other,
    estimate,
    regime_of,
    small_lots,
    splitting_alarm,
    threshold_key,
)

LARGEST_CENTS = 10**15


@dataclass(frozen=True)
class Computed:
    """What the law says about a tender as it stands."""

    options: Sequence[Option]
    splitting: Sequence[Other]
    bands: Sequence[Rule]
    threshold: Rule | None


async def _held(
    conn: Conn, viewer: Viewer, tender_id: UUID, row_version: int | None = None
) -> Tender:
    # visible first: a stranger gets the same answer as for an unknown id
    tender = await store.get_tender(conn, tender_id)
    if not may_edit(tender, viewer):
        raise Forbidden(_("Diese Vergabe führt {name}.").format(name=tender.lead_name))
    tender = await store.lock_tender(conn, tender_id)
    if row_version is not None and tender.row_version != row_version:
        raise Stale(
            _("Die Vergabe hat sich inzwischen geändert."),
            remedy=_("Seite neu laden und erneut ändern."),
        )
    return tender


def _must_be_draft(tender: Tender) -> None:
    if tender.state != TenderState.DRAFT:
        raise Refused(_("Diese Vergabe ist aufgehoben und wird nicht mehr geändert."))


def _note(
    conn: Conn,
    viewer: Viewer,
    action: str,
    tender: Tender,
    *,
    reason: str | None = None,
    rules: Sequence[UUID] = (),
) -> None:
    record(conn, viewer, f"tender.{action}", object_kind="tender", object_id=tender.id, owner_id=tender.lead_id,
           party_id=tender.buyer_id if tender.buyer_id != tender.lead_id else None, reason=reason, rule_ids=rules,
           row_version=tender.row_version + 1, audience="parties")  # fmt: skip


async def create_tender(
    conn: Conn, viewer: Viewer, bundle_id: UUID, form: TenderIn | TenderBody
) -> UUID:
    """A draft from a frozen bundle: lots, positions, trace and the first estimate; its id."""
    require(viewer, Permission.TENDER_EDIT)
    bundle = await mark_tendered(conn, viewer, bundle_id, BundleEvent.TENDER)
    tender_id = new_id()
    number = (await draw(conn, "V", conn.today.year))[0]
    buyer = await hub_on(conn, conn.today) if form.buyer_mode == "resale" else bundle.lead_id
    await store.insert_tender(conn, tender_id, number, lead_id=bundle.lead_id, buyer_id=buyer, bundle_id=bundle_id,
                              title=form.title, starts_on=form.starts_on)  # fmt: skip
    await assign(conn, number, "tender", bundle.lead_id, tender_id)
    await _copy_lots(conn, bundle_id, tender_id)
    await store.update_head(conn, tender_id, buyer, form.model_dump())
    tender = await store.get_tender(conn, tender_id)
    rules = await _estimate(conn, viewer, tender)
    await tell_tender(conn, viewer, tender_id=tender_id, number=number, title=tender.title)
    _note(conn, viewer, "create", tender, rules=rules)
    return tender_id


async def _copy_lots(conn: Conn, bundle_id: UUID, tender_id: UUID) -> None:
    lines = await bundles.list_lines(conn, bundle_id)
    positions = await bundles.list_positions(conn, bundle_id)
    by_ordinal = {p.ordinal: p for p in positions}
    table = lot_table(lines, positions)
    lots, rows = [], []
    for lot in await bundles.list_lots(conn, bundle_id):
        cells = table.get(lot.lot_no)
        if not cells:
            continue
        value, most = (
            sum(s.value_cents for s in cells.values()),
            sum(s.max_value_cents for s in cells.values()),
        )
        if most > LARGEST_CENTS:
            raise Refused(
                _("Der Wert von Los {n} ist nicht plausibel.").format(n=lot.lot_no),
                remedy=_("Mengen und Preise prüfen."),
            )
        main = max(cells, key=lambda n: (cells[n].max_value_cents, -n))
        lots.append(
            Lot(lot.lot_no, lot.title, value, most, is_small=False, cpv=by_ordinal[main].cpv)
        )
        rows += [
            LotPosition(
                lot.lot_no,
                n,
                by_ordinal[n].title,
                by_ordinal[n].cpv,
                by_ordinal[n].unit,
                s.qty_min,
                s.qty_expected,
                s.qty_max,
                by_ordinal[n].unit_price_cents or 0,
                by_ordinal[n].price_source,
            )
            for n, s in cells.items()
        ]
    await store.insert_lots(conn, tender_id, lots)
    await store.insert_positions(conn, tender_id, rows)
    await store.insert_trace(conn, tender_id, [x for x in lines if x.decision == Decision.TAKEN])


async def _estimate(conn: Conn, viewer: Viewer, tender: Tender) -> list[UUID]:
    """Compute and store the next version of the estimate; the rules it used."""
    lots = await store.list_lots(conn, tender.id)
    limit = await get_rule(
        conn, "eu_threshold", threshold_key(tender.subject, tender.authority), tender.starts_on
    )
    indefinite = await get_rule(conn, "value_estimate", "indefinite_term", tender.starts_on)
    small = await get_rule(conn, "value_estimate", "small_lot_services", tender.starts_on)
    value = value_input(tender, lots)
    found = estimate(value, int(indefinite.value["months"]))
    threshold = int(limit.value["cents"])
    regime = regime_of(found.total_cents, threshold)
    able = (
        small_lots(
            value.lots,
            tender.contract_kind,
            int(small.value["cents"]),
            Decimal(str(small.value["share_pct"])),
        )
        if regime == "eu"
        else []
    )
    calculation: dict[str, Any] = {
        "contract_kind": tender.contract_kind,
        "starts_on": tender.starts_on.isoformat(),
        "term_months": tender.term_months,
        "steps": [{"label": s.label, "norm": s.norm, "cents": s.cents} for s in found.steps],
        "small_lots": able,
        "small_lots_used": tender.uses_small_lots,
    }
    rules = [limit.id, indefinite.id, small.id]
    await store.insert_estimate(
        conn,
        tender.id,
        tender.estimate_version + 1,
        total_cents=found.total_cents,
        max_total_cents=found.max_total_cents,
        regime=regime,
        threshold_cents=threshold,
        calculation=calculation,
        rule_ids=rules,
        author=viewer.principal,
    )
    await store.mark_small(conn, tender.id, able if tender.uses_small_lots else [])
    return rules


async def change_tender(
    conn: Conn,
    viewer: Viewer,
    tender_id: UUID,
    form: TenderIn | TenderBody,
    *,
    row_version: int | None = None,
) -> None:
    """Change the settings; every change makes a new version of the estimate."""
    require(viewer, Permission.TENDER_EDIT)
    tender = await _held(conn, viewer, tender_id, row_version)
    _must_be_draft(tender)
    buyer = tender.buyer_id
    if form.buyer_mode != tender.buyer_mode:
        buyer = await hub_on(conn, conn.today) if form.buyer_mode == "resale" else tender.lead_id
    await store.update_head(conn, tender_id, buyer, form.model_dump())
    rules = await _estimate(conn, viewer, await store.get_tender(conn, tender_id))
    _note(conn, viewer, "change", tender, rules=rules)


async def compute(conn: Conn, tender: Tender) -> Computed:
    """Admissible procedures with dates, the splitting alarm and the buyer's own value bands."""
    limit = await find_rule(
        conn, "eu_threshold", threshold_key(tender.subject, tender.authority), tender.starts_on
    )
    bands = [
        r for r in await list_rules(conn, "value_band", tender.starts_on)
        if r.key == tender.buyer_code or r.key.startswith(tender.buyer_code + ":")
    ]  # fmt: skip
    positions = await store.list_positions(conn, tender.id)
    groups = frozenset(cpv_group(p.cpv) for p in positions)
    since, until = (
        add_months(tender.starts_on, -SPLIT_MONTHS),
        add_months(tender.starts_on, SPLIT_MONTHS),
    )
    others = await store.list_others(conn, tender.buyer_id, tender.id, since, until)
    near = (
        splitting_alarm(
            tender.total_cents or 0, groups, tender.starts_on, int(limit.value["cents"]), others
        )
        if limit
        else []
    )
    return Computed(await _options(conn, tender), near, bands, limit)


async def _options(conn: Conn, tender: Tender) -> list[Option]:
    if tender.regime == "national":
        return national_options()
    periods = {r.key: r.value for r in await list_rules(conn, "notice_period", tender.starts_on)}
    conditions = Conditions(
        is_urgent=tender.is_urgent, is_electronic=tender.is_electronic, has_prior_notice=tender.has_prior_notice,
        documents_online=tender.documents_online, is_social=tender.subject == "social_services",
    )  # fmt: skip
    return eu_options(
        periods, tender.starts_on, conditions, await holidays_on(conn, tender.starts_on)
    )


async def choose_procedure(
    conn: Conn,
    viewer: Viewer,
    tender_id: UUID,
    procedure: str,
    reason: str,
    *,
    row_version: int | None = None,
) -> None:
    """Choose an admissible procedure, with a reason where the law asks for one."""
    require(viewer, Permission.TENDER_EDIT)
    tender = await _held(conn, viewer, tender_id, row_version)
    _must_be_draft(tender)
    if tender.subject == "works":
        raise Refused(
            _("Für Bauleistungen gilt die VOB/A; ihre Verfahren werden hier nicht geführt."),
            rule=_(
                "§ 2 VgV: Für Bauaufträge sind die Abschnitte 1 und 2 der VgV und im Übrigen die VOB/A-EU anzuwenden."
            ),
        )
    check_choice(procedure, reason, await _options(conn, tender))
    await store.set_procedure(conn, tender_id, procedure, reason)
    _note(conn, viewer, "choose_procedure", tender, reason=reason or None)


async def cancel_tender(
    conn: Conn, viewer: Viewer, tender_id: UUID, reason: str, *, row_version: int | None = None
) -> None:
    """Give the preparation up; the bundle can become another tender."""
    require(viewer, Permission.TENDER_EDIT)
    tender = await _held(conn, viewer, tender_id, row_version)
    target = advance(tender.state, TenderEvent.CANCEL)
    await store.mark_state(conn, tender_id, target.value, reason)
    if tender.bundle_id:
        await mark_tendered(conn, viewer, tender.bundle_id, BundleEvent.UNTENDER)
    _note(conn, viewer, "cancel", tender, reason=reason)
