"""The columns of bookings as a file."""

from exchange.bookings.model import KIND_LABELS, LABELS, BookingKind, BookingState
from kdnx.imports.kinds import CellKind, Column

STATES = {LABELS[s]: s.value for s in BookingState}
KINDS = {KIND_LABELS[k]: k.value for k in BookingKind}
LATE = "„Berichtigung“: Dann zählt die Zeile als Nachtrag im nächsten offenen Jahr"
LATE_KIND = "Leer = Leistung; abgeschlossenes Jahr: nur Berichtigung."
ONE_YEAR = "Im selben Kalenderjahr."
AMOUNT = ("net_amount", "amount")
NET = "Bein 1, ohne Umlage und Steuer."
OFFICE_ONLY = "Leer = vorgeschlagen; anderes nur Geschäftsstelle (Altbestand)."
COLUMNS = (
    Column("number", "Buchungsnummer", note="Wird vergeben; nur zum Wiedererkennen.", aliases=("booking_number",)),
    Column("order", "Leistungsschein", required=True, example="L-2026-0042", aliases=("order_number",)),
    Column("service_from", "Leistung von", CellKind.DAY, required=True, example="01.07.2026"),
    Column("service_to", "Leistung bis", CellKind.DAY, required=True, example="31.07.2026", note=ONE_YEAR),
    Column("net", "Netto", CellKind.MONEY, required=True, example="1.234,50", note=NET, aliases=AMOUNT),
    Column("quantity", "Menge", CellKind.DECIMAL),
    Column("reference", "Referenz", example="LS-4711", max_length=120, note="Je Bereitsteller und Jahr einmal."),
    Column("note", "Bemerkung", max_length=2000),
    Column("kind", "Art", CellKind.CHOICE, choices=KINDS, note=LATE_KIND),
    Column("state", "Stand", CellKind.CHOICE, choices=STATES, note=OFFICE_ONLY),
    Column("confirmed", "Bestätigt netto", CellKind.MONEY, note="Nur Altbestand; leer = der ganze Betrag."),
    Column("confirmed_at", "Bestätigt am", CellKind.INSTANT, note="Nur Altbestand."),
    Column("evidence", "Beleg", note="Nur Altbestand: woraus die Bestätigung hervorgeht.", aliases=("document",)),
)  # fmt: skip
