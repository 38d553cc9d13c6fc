"""The file of members: the headings of the sample data and German ones; one row a member."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.ids import new_id
from kdnx.imports.kinds import CellKind, Column, FileKind, Outcome, Row, RowError
from kdnx.members import store
from kdnx.members.model import (
    LEGAL_FORM_LABELS,
    LEVEL_LABELS,
    TAX_CASE_LABELS,
    WITHOUT_PERSONALITY,
    LegalForm,
    check_identifiers,
)
from kdnx.viewer import Permission, Viewer

FORMS = {label: value.value for value, label in LEGAL_FORM_LABELS.items()}
LEVELS = {label: value for value, label in LEVEL_LABELS.items()}
TAX_CASES = {label: value for value, label in TAX_CASE_LABELS.items()}
C, K = Column, CellKind
COLUMNS = (
    C("code", "Kürzel", required=True, example="M07", max_length=12, note="eindeutig im Verbund"),
    C("name", "Name", required=True, example="Beispiel-IT Bochum", max_length=200),
    C("short_name", "Kurzname", example="IT Bochum", max_length=60),
    C("legal_form", "Rechtsform", K.CHOICE, required=True, choices=FORMS, example="GmbH"),
    C("seat", "Sitz", required=True, example="Bochum", max_length=100),
    C("ags", "Gemeindeschlüssel", example="05911000", note="acht Ziffern"),
    C("nuts3", "NUTS-3", example="DEA51", max_length=8),
    C("inhabitants_served", "Versorgte Einwohner", K.INTEGER, example="729256"),
    C("inhabitants_as_of", "Einwohner zum", K.DAY, example="31.12.2018"),
    C("provider_level", "Rolle", K.CHOICE, choices=LEVELS, example="regional"),
    C("focus", "Schwerpunkt", example="Geodaten", max_length=500),
    C("leitweg_id", "Leitweg-ID", example="059110005300-IT007-86", max_length=60),
    C("vat_id", "Umsatzsteuer-ID", example="DE194649127", max_length=20),
    C("iban", "IBAN", example="DE36402220415779656574", max_length=34),
    C("lei", "LEI", example="5299974360KDNX710483", max_length=20),
    C("vat_case", "Steuerfall", K.CHOICE, choices=TAX_CASES, example="S", note="Regelfall der Leistungen"),
    C("website", "Internet", example="https://example.org", max_length=200),
    C("street", "Straße", max_length=200),
    C("postal_code", "PLZ", max_length=10),
    C("email", "E-Mail", example="post@example.org", max_length=200),
    C("member_since", "Mitglied seit", K.DAY, example="01.01.2004"),
)  # fmt: skip
SAME = ("name", "short_name", "legal_form", "seat", "ags", "nuts3", "inhabitants_served", "inhabitants_as_of",
        "provider_level", "focus", "leitweg_id", "vat_id", "iban", "lei", "vat_case", "website", "street",
        "postal_code", "email")  # fmt: skip
PLAIN = ("code", "name", "legal_form", "seat", "ags", "nuts3", "focus", "vat_id", "iban", "lei", "website", "street",
         "postal_code", "email")  # fmt: skip
FOUNDED = date(2004, 1, 1)


async def read_members(conn: Conn, _viewer: Viewer) -> Sequence[Mapping[str, Any]]:
    """Every member in the columns of the file."""
    rows = await store.export_members(conn)
    return [{c.name: row[c.name] if row[c.name] != "" else None for c in COLUMNS} for row in rows]


async def write_members(conn: Conn, viewer: Viewer, rows: Sequence[Row]) -> Outcome:
    """Insert or change by code; identifiers are checked, nothing is ever deleted."""
    known = {str(r["code"]): r for r in await store.export_members(conn)}
    outcome = Outcome()
    good: list[Row] = []
    seen: set[str] = set()
    for row in rows:
        faults = _faults(row, seen)
        if faults:
            outcome.errors += faults
            continue
        seen.add(row.values["code"])
        before = known.get(row.values["code"])
        if before is None:
            outcome.new += 1
        elif all((before[n] or None) == (_value(row, n) or None) for n in SAME):
            outcome.unchanged += 1
            continue
        else:
            outcome.changed += 1
        good.append(row)
    if good:
        await _write(conn, viewer, good, known)
    return outcome


def _faults(row: Row, seen: set[str]) -> list[RowError]:
    values = row.values
    found = [
        RowError(row.number, field, str(values[field]), "gültige Prüfziffer", message)
        for field, message in check_identifiers(
            {n: values[n] for n in ("leitweg_id", "vat_id", "iban", "lei")}
        )
    ]
    if values["code"] in seen:
        found.append(
            RowError(
                row.number,
                "Kürzel",
                values["code"],
                "einmal je Datei",
                "Dieses Kürzel steht doppelt.",
            )
        )
    if values["ags"] and not (len(values["ags"]) == 8 and values["ags"].isdigit()):
        found.append(
            RowError(
                row.number,
                "Gemeindeschlüssel",
                values["ags"],
                "acht Ziffern",
                "Kein Gemeindeschlüssel.",
            )
        )
    inhabitants = values["inhabitants_served"]
    if inhabitants is not None and not 0 <= inhabitants <= 20_000_000:
        found.append(
            RowError(
                row.number,
                "Versorgte Einwohner",
                str(inhabitants),
                "0 bis 20 Mio.",
                "Unmögliche Zahl.",
            )
        )
    return found


def _value(row: Row, name: str) -> Any:
    value = row.values[name]
    return value or row.values["name"][:60] if name == "short_name" else value


async def _write(
    conn: Conn, viewer: Viewer, rows: Sequence[Row], known: Mapping[str, Mapping[str, Any]]
) -> None:
    ids = {
        r.values["code"]: known[r.values["code"]]["id"] if r.values["code"] in known else new_id()
        for r in rows
    }
    await store.upsert_members(conn, [_record(r, ids[r.values["code"]]) for r in rows])
    since = [(ids[r.values["code"]], r.values["member_since"] or FOUNDED) for r in rows]
    await store.insert_memberships(
        conn, [s for s, r in zip(since, rows, strict=True) if r.values["code"] not in known]
    )
    await store.insert_leitwege(
        conn,
        [
            (i, r.values["leitweg_id"], d)
            for (i, d), r in zip(since, rows, strict=True)
            if r.values["leitweg_id"]
        ],
    )
    levels = [
        (i, d, r.values["provider_level"])
        for (i, d), r in zip(since, rows, strict=True)
        if r.values["provider_level"]
    ]
    changed = {r.values["code"] for r in rows if r.values["code"] in known}
    by_id = {i: c for c, i in ids.items()}
    await store.insert_levels(
        conn,
        [(i, conn.today if by_id[i] in changed else d, level) for i, d, level in levels],
        viewer.principal,
    )
    for row in rows:
        member = ids[row.values["code"]]
        record(conn, viewer, "member.import", object_kind="member", object_id=member, owner_id=member,
               audience="public", after=dict(row.values))  # fmt: skip


def _record(row: Row, member_id: object) -> dict[str, object]:
    values = row.values
    form = values["legal_form"]
    return {
        **{n: values[n] for n in PLAIN},
        "id": str(member_id),
        "short_name": _value(row, "short_name"),
        "legal_personality": LegalForm(form) not in WITHOUT_PERSONALITY,
        "inhabitants": values["inhabitants_served"],
        "inhabitants_as_of": _iso(values["inhabitants_as_of"]),
        "tax_case": values["vat_case"],
        "state": "active",
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


KIND = FileKind(
    "members",
    "Mitglieder",
    Permission.MEMBER_EDIT,
    COLUMNS,
    write_members,
    read_members,
    order=10,
    seen_at="/members",
)
