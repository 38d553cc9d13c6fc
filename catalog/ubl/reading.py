"""From published offerings to the lines of a UBL catalogue, as one viewer may see them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from catalog.categories import store as categories
from catalog.contents.model import PROTECTION_LABELS, Protection, Version
from catalog.contents.store import load_versions
from catalog.prices.model import PriceItem, TierMode, price_text
from catalog.ubl import store
from catalog.ubl.document import Header, Item, Party, PriceLine, split_tiers, write_catalogue
from catalog.ubl.store import Listed
from kdnx.db.conn import Conn
from kdnx.errors import NotFound
from kdnx.imports.kinds import Document
from kdnx.members.store import hub_on, list_members
from kdnx.text import _
from kdnx.viewer import Permission, Viewer, require

MICRO = Decimal(1_000_000)
SLAB = "alles zum Preis der erreichten Stufe"


async def write_ubl(conn: Conn, viewer: Viewer) -> bytes:
    """The catalogue this viewer may see as UBL 2.1; NotFound while it is empty.

    The hub provides it, the viewer's house receives it, each line names who sells.
    """
    require(viewer, Permission.CATALOG_READ)
    listed = await store.list_items(conn)
    if not listed:
        raise NotFound(
            _("Es gibt noch keine veröffentlichte Leistung."),
            remedy=_("Ein UBL-Katalog braucht mindestens eine Zeile."),
        )
    hub = await hub_on(conn, conn.today)
    parties = {m.id: Party(m.code, m.name, m.vat_id or "") for m in await list_members(conn)}
    versions = {
        (v.offering_id, v.version): v
        for v in await load_versions(conn, viewer, [x.id for x in listed])
    }
    names = {c.id: c.name for c in await categories.list_categories(conn)}
    items = [
        item_of(x, versions[x.id, x.version], parties[x.owner_id], names)
        for x in listed
        if (x.id, x.version) in versions
    ]
    header = Header(
        id=f"KATALOG-{conn.now:%Y%m%dT%H%M%SZ}",
        name=_("Leistungskatalog"),
        issued_on=conn.today,
        provider=parties[hub],
        receiver=parties[viewer.member_id or hub],
        note=_("Alle Preise netto in Euro."),
        items=items,
    )
    return write_catalogue(header)


def item_of(x: Listed, v: Version, seller: Party, categories: Mapping[UUID, str]) -> Item:
    """One published version as a line."""
    return Item(
        number=x.number,
        version=v.version,
        seller=seller,
        name=v.title,
        is_orderable=x.state == "published",
        description=v.summary or v.description,
        keywords=[categories[v.category_id]] if v.category_id in categories else [],
        cpv=v.cpv,
        lead_time_days=v.lead_time_days,
        valid_from=v.valid_from,
        valid_to=v.valid_to,
        prices=[line for price in v.prices for line in price_lines(price)],
        tax_code=v.audiences[0].tax_code if len({a.tax_code for a in v.audiences}) == 1 else "",
        properties=_properties(v),
    )


def price_lines(price: PriceItem) -> Sequence[PriceLine]:
    """A price as one line, a tiered one as a line a tier; none where only the settlement tells."""
    if price.unit_price_micro is None:
        return ()
    words = price_text(price.base, price.per)
    first = price.unit_price_micro / MICRO
    if price.tier_mode == TierMode.NONE:
        return (PriceLine(first, price.base, words, price.label, valid_from=price.valid_from),)
    if price.tier_mode == TierMode.SLAB:
        words = f"{words} ({SLAB})"
    tiers = [(t.from_quantity, t.unit_price_micro / MICRO) for t in price.tiers]
    return [
        PriceLine(euros, price.base, words, price.label, low, high, price.valid_from)
        for euros, low, high in split_tiers(first, tiers)
    ]


def _properties(v: Version) -> list[tuple[str, str]]:
    found = [
        (_("Betriebsort"), v.site),
        (
            _("Schutzbedarf"),
            PROTECTION_LABELS[Protection(v.protection_level)] if v.protection_level else "",
        ),
        (_("Kündigungsfrist in Monaten"), "" if v.notice_months is None else str(v.notice_months)),
        (
            _("Mindestlaufzeit in Monaten"),
            "" if v.min_term_months is None else str(v.min_term_months),
        ),
        (_("Verfügbarkeit in Prozent"), str(v.sla.get("availability_pct", ""))),
        (_("Servicezeiten"), str(v.sla.get("service_hours", ""))),
    ]
    return [(label, text) for label, text in found if text]


UBL = Document("UBL 2.1", "application/xml", "xml", write_ubl)
