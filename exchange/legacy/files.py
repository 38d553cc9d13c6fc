"""The file of orders: one row an order; running and ended ones come in as Altbestand through the hub's office."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from catalog.interface import find_offering_ids, get_offerings
from exchange.legacy import store
from exchange.legacy.actions import Known, take_over_orders
from exchange.orders.actions import ALL_SCOPES
from exchange.orders.model import (
    BILLING_LABELS,
    LABELS,
    LEGAL_ROUTE_LABELS,
    ROUTE_LABELS,
    RUNNING,
    SILENCE_LABELS,
    LegalRoute,
    OrderState,
)
from exchange.taxes.actions import tax_options
from exchange.taxes.model import UNDECIDED
from kdnx.db.conn import Conn
from kdnx.imports.kinds import CellKind, Column, FileKind, Outcome, Row, RowError
from kdnx.members.store import hub_on, list_members
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer

S = OrderState
IMPORTED = (*RUNNING, S.ENDED, S.TRANSFERRED)
STATES = {label: state.value for state, label in LABELS.items()}
C, K = Column, CellKind
COLUMNS = (
    C("number", "Nummer", required=True, example="L-2024-0042", max_length=40, note="eindeutig im Verbund"),
    C("provider", "Bereitsteller", required=True, example="M07", max_length=12, note="Kürzel des Mitglieds"),
    C("recipient", "Abnehmer", required=True, example="M12", max_length=12, note="Kürzel des Mitglieds"),
    C("offering", "Leistung", required=True, example="BACKUP-1", max_length=160,
      note="Kennung oder Nummer im Katalog des Bereitstellers"),
    C("title", "Bezeichnung", example="Datensicherung", max_length=160, note="leer: Titel der Leistung"),
    C("starts_on", "Beginn", K.DAY, required=True, example="01.01.2024"),
    C("ends_on", "Ende", K.DAY, example="31.12.2028", note="letzter Tag; leer: unbefristet"),
    C("yearly_net", "Jahreswert netto", K.MONEY, required=True, example="12.000,00",
      note="Vertrag 1, ohne Umlage und Umsatzsteuer"),
    C("billing", "Abrechnung", K.CHOICE, choices={v: k for k, v in BILLING_LABELS.items()}, example="monatlich"),
    C("route", "Vertragsweg", K.CHOICE, choices={v: k for k, v in ROUTE_LABELS.items()},
      example="über die Drehscheibe"),
    C("surcharge_pct", "Umlage in %", K.DECIMAL, example="2,5"),
    C("surcharge_fee", "Umlage fest je Buchung", K.MONEY, example="0,00"),
    C("notice_months", "Kündigungsfrist in Monaten", K.INTEGER, example="6"),
    C("silence", "Ohne Antwort", K.CHOICE, choices={v: k for k, v in SILENCE_LABELS.items()},
      example="geht an die Geschäftsstelle"),
    C("confirm_days", "Bestätigungsfrist in Tagen", K.INTEGER, example="30"),
    C("legal_route", "Rechtsweg", K.CHOICE, choices={v: k.value for k, v in LEGAL_ROUTE_LABELS.items()},
      example="gemeinsame Kontrolle (§ 108 Abs. 4 GWB)"),
    C("legal_reason", "Begründung", example="Rahmenvereinbarung Leistungsaustausch", max_length=2000),
    C("tax_code_1", "Steuerfall Vertrag 1", example="N2B", max_length=20),
    C("tax_code_2", "Steuerfall Vertrag 2", example="N2B", max_length=20),
    C("state", "Stand", K.CHOICE, choices=STATES, example="aktiv",
      note="aktiv, ruht, gekündigt, ausgelaufen oder übergegangen"),
)  # fmt: skip
DEFAULTS: Mapping[str, Any] = {
    "billing": "month", "route": "hub", "surcharge_pct": Decimal(0), "surcharge_fee": 0,
    "notice_months": 6, "silence": "escalate",
    "confirm_days": 30, "legal_route": LegalRoute.JOINT.value, "legal_reason": "Altbestand", "tax_code_1": UNDECIDED,
    "tax_code_2": UNDECIDED, "state": S.ACTIVE.value,
}  # fmt: skip


async def read_orders(conn: Conn, viewer: Viewer) -> Sequence[Mapping[str, Any]]:
    """The viewer's numbered orders in the columns of the file."""
    rows = await store.list_for_file(
        conn, viewer.members, None, sees_all=viewer.scope in ALL_SCOPES
    )
    return [_own_taxes(viewer, r, _as_row(r)) for r in rows]


def _own_taxes(viewer: Viewer, r: Mapping[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """A party reads the tax case of its own contract only (model.md 4)."""
    if viewer.scope in ALL_SCOPES or row["route"] == "direct":
        return row
    if not viewer.acts_for(r["owner_id"]):
        row["tax_code_1"] = None
    if not viewer.acts_for(r["recipient_id"]):
        row["tax_code_2"] = None
    return row


def _as_row(r: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "number": r["number"], "provider": r["provider_code"], "recipient": r["recipient_code"],
        "offering": r["offering_reference"],
        "title": r["title"], "starts_on": r["starts_on"], "ends_on": r["runs_until"],
        "yearly_net": r["yearly_net_cents"],
        "billing": r["billing"], "route": r["route"], "surcharge_pct": plain(r["surcharge_pct"]),
        "surcharge_fee": r["surcharge_fee_cents"],
        "notice_months": r["notice_months"], "silence": r["silence"], "confirm_days": r["confirm_days"],
        "legal_route": r["legal_route"],
        "legal_reason": r["legal_reason"], "tax_code_1": r["tax_code_1"], "tax_code_2": r["tax_code_2"],
        "state": r["state"],
    }  # fmt: skip


def plain(value: Decimal) -> Decimal:
    """The number without trailing zeros and without an exponent."""
    return Decimal(f"{Decimal(value).normalize():f}")


async def write_orders(conn: Conn, viewer: Viewer, rows: Sequence[Row]) -> Outcome:
    """Take over orders that run or ran; an order that is known with the same values stays, with others is refused."""
    outcome = Outcome()
    found = await store.list_for_file(
        conn,
        viewer.members,
        [r.values["number"] for r in rows],
        sees_all=viewer.scope in ALL_SCOPES,
    )
    seen = [_own_taxes(viewer, r, _as_row(r)) for r in found]
    known_rows = {(r["number"], r["provider"], r["recipient"]): r for r in seen}
    taken = {r["number"] for r in found if r["state"] != S.TRANSFERRED}
    known = await _look_up(conn, rows)
    good: list[tuple[Row, dict[str, Any]]] = []
    for row in rows:
        before = known_rows.get(
            (row.values["number"], row.values["provider"], row.values["recipient"])
        )
        # an empty cell says nothing about an order that is known
        given = {k: before[k] if v is None and before else v for k, v in row.values.items()}
        values = _filled(given, known)
        faults = (
            _changes(row, values, before)
            if before is not None
            else _faults(row, values, known, taken, viewer)
        )
        if faults:
            outcome.errors += faults
        elif before is not None:
            outcome.unchanged += 1
        else:
            outcome.new += 1
            good.append((row, values))
            known_rows[row.values["number"], row.values["provider"], row.values["recipient"]] = (
                values
            )
            if values["state"] != S.TRANSFERRED:
                taken.add(values["number"])
    if good:
        await take_over_orders(conn, viewer, [v for _r, v in good], known)
    return outcome


async def _look_up(conn: Conn, rows: Sequence[Row]) -> Known:
    members = {m.code: m for m in await list_members(conn)}
    keys = [
        (members[p].id, r.values["offering"])
        for r in rows
        if (p := r.values["provider"]) in members
    ]
    offerings = await find_offering_ids(conn, list(dict.fromkeys(keys)))
    refs = await get_offerings(conn, list(set(offerings.values())))
    codes = frozenset(code for code, _label in await tax_options(conn, conn.today))
    return Known(members, offerings, refs, codes, await hub_on(conn, conn.today))


def _filled(values: Mapping[str, Any], known: Known) -> dict[str, Any]:
    """The row with what an empty cell means."""
    out: dict[str, Any] = {k: (DEFAULTS.get(k) if v is None else v) for k, v in values.items()}
    provider = known.members.get(out["provider"])
    ref = (
        known.refs.get(known.offerings.get((provider.id, out["offering"]), UUID(int=0)))
        if provider
        else None
    )
    if ref is not None:
        out["title"] = out["title"] or ref.title
        out["offering"] = ref.reference
        out["offering_id"] = ref.id
    hub_is_party = any(
        (m := known.members.get(out[side])) and m.id == known.hub
        for side in ("provider", "recipient")
    )
    if hub_is_party:
        out["route"] = "direct"
    if out["route"] == "direct":
        out |= {"surcharge_pct": Decimal(0), "surcharge_fee": 0, "tax_code_2": out["tax_code_1"]}
    out["surcharge_pct"] = plain(out["surcharge_pct"])
    return out


def _changes(row: Row, values: Mapping[str, Any], before: Mapping[str, Any]) -> list[RowError]:
    message = _(
        "Dieser Leistungsschein besteht schon mit anderem Wert; geändert wird er am Leistungsschein selbst."
    )
    return [
        RowError(row.number, c.title, str(values[c.name]), str(before[c.name]), message)
        for c in COLUMNS
        # an empty cell says nothing about an order that is there
        if row.values[c.name] is not None and values[c.name] != before[c.name]
    ]  # fmt: skip


def _faults(
    row: Row, v: Mapping[str, Any], known: Known, taken: set[str], viewer: Viewer
) -> list[RowError]:
    def fault(column: str, expected: str, message: str) -> RowError:
        title = next(c.title for c in COLUMNS if c.name == column)
        return RowError(
            row.number, title, str(v[column] if v[column] is not None else ""), expected, message
        )

    found = [
        fault(side, _("Kürzel eines Mitglieds"), _("Dieses Mitglied gibt es nicht."))
        for side in ("provider", "recipient") if v[side] not in known.members
    ]  # fmt: skip
    if viewer.scope not in {Scope.OFFICE, Scope.SYSTEM}:
        found.append(
            fault(
                "number",
                _("Geschäftsstelle"),
                _(
                    "Altbestand übernimmt nur die Geschäftsstelle; neue Leistungsscheine entstehen im Katalog."
                ),
            )
        )
    if v["provider"] == v["recipient"]:
        found.append(
            fault(
                "recipient",
                _("ein anderes Mitglied"),
                _("Die eigene Leistung lässt sich nicht bestellen."),
            )
        )
    if not found and "offering_id" not in v:
        found.append(
            fault(
                "offering",
                _("Kennung oder Nummer"),
                _("Diese Leistung gibt es bei diesem Bereitsteller nicht."),
            )
        )
    if v["ends_on"] is not None and v["ends_on"] < v["starts_on"]:
        found.append(
            fault("ends_on", _("nicht vor dem Beginn"), _("Die Laufzeit endet, bevor sie beginnt."))
        )
    found += [
        fault(c, ", ".join(sorted(known.taxes)), _("Diesen Steuerfall gibt es nicht."))
        for c in ("tax_code_1", "tax_code_2") if v[c] not in known.taxes
    ]  # fmt: skip
    if v["number"] in taken and v["state"] != S.TRANSFERRED:
        found.append(
            fault(
                "number",
                _("eine freie Nummer"),
                _("Diese Nummer trägt schon ein anderer Leistungsschein."),
            )
        )
    return [*found, *_state_faults(v, fault), *_out_of_range(v, fault)]


def _state_faults(v: Mapping[str, Any], fault: Any) -> list[RowError]:
    found = []
    if v["state"] not in IMPORTED:
        found.append(
            fault(
                "state",
                ", ".join(LABELS[s] for s in IMPORTED),
                _("Übernommen wird nur, was läuft oder lief."),
            )
        )
    if v["state"] in {S.ENDED, S.NOTICE_GIVEN} and v["ends_on"] is None:
        found.append(
            fault(
                "ends_on",
                _("letzter Tag"),
                _("Ein ausgelaufener oder gekündigter Leistungsschein hat ein Ende."),
            )
        )
    return found


def _out_of_range(v: Mapping[str, Any], fault: Any) -> list[RowError]:
    limits = {
        "yearly_net": (0, 10**13),
        "surcharge_pct": (0, 100),
        "surcharge_fee": (0, 10**11),
        "notice_months": (0, 60),
        "confirm_days": (1, 365),
    }
    message = _("Der Wert liegt außerhalb des Möglichen.")
    return [
        fault(name, _("{low} bis {high}").format(low=low, high=high), message)
        for name, (low, high) in limits.items() if not low <= v[name] <= high
    ]  # fmt: skip


KIND = FileKind(
    "orders",
    "Leistungsscheine",
    Permission.IMPORT_RUN,
    COLUMNS,
    write_orders,
    read_orders,
    40,
    seen_at="/orders",
)
