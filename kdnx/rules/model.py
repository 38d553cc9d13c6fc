"""A dated rule: what it is, what each kind holds, and what it means in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID


class RuleState(StrEnum):
    """Only approved rules are used."""

    ENTERED = "entered"
    APPROVED = "approved"
    REJECTED = "rejected"


STATE_LABELS = {
    RuleState.ENTERED: "wartet auf Freigabe",
    RuleState.APPROVED: "freigegeben",
    RuleState.REJECTED: "abgelehnt",
}
MOVES: dict[tuple[RuleState, str], RuleState] = {
    (RuleState.ENTERED, "approve"): RuleState.APPROVED,
    (RuleState.ENTERED, "reject"): RuleState.REJECTED,
}


@dataclass(frozen=True)
class Rule:
    """One rule from `valid_from` until the next one of the same kind and key.

    `value` is the content (money in cents, periods in calendar days, shares in per cent as text);
    an empty value with `ended` says that no rule holds from that day on.
    """

    id: UUID
    kind: str
    key: str
    valid_from: date
    version: int
    value: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    state: str = RuleState.APPROVED.value
    valid_to: date | None = None
    entered_by: UUID | None = None
    entered_by_name: str = ""
    entered_at: datetime | None = None
    approved_by: UUID | None = None
    approved_by_name: str = ""
    approved_at: datetime | None = None
    note: str = ""
    row_version: int = 1
    ended: bool = False

    @property
    def label(self) -> str:
        """What people call it."""
        return label_of(self.kind, self.key)

    @property
    def kind_label(self) -> str:
        """What people call its kind."""
        return KIND_LABELS.get(self.kind, self.kind)

    @property
    def state_label(self) -> str:
        """The state in words."""
        return STATE_LABELS[RuleState(self.state)]


KIND_LABELS = {
    "eu_threshold": "EU-Schwellenwerte",
    "notice_period": "Mindestfristen der Vergabe",
    "standstill": "Wartefrist und Rechtsschutz",
    "value_estimate": "Schätzung des Auftragswerts",
    "inhouse_limit": "Grenzen der Inhouse-Vergabe",
    "inhouse_policy": "Inhouse-Erklärungen: Termin und Folgen",
    "register_limit": "Registerabfragen",
    "value_band": "Wertgrenzen der Mitglieder",
    "tax_code": "Steuerschlüssel",
    "tax_limit": "Grenzen der Umsatzsteuer",
    "surcharge": "Umlage der Drehscheibe",
    "confirmation_policy": "Bestätigung von Buchungen",
    "committee_grain": "Feinheit der Ausschussberichte",
    "volume_definition": "Definition des Leistungsvolumens",
    "posting_template": "Kontierung",
    "holiday": "Feiertage",
    "retention": "Aufbewahrung",
    "unit_conversion": "Umrechnung von Einheiten",
    "consolidation": "Schätzung von Zusammenlegungen",
    "answer_period": "Antwortfristen",
    "reminder": "Erinnerungen",
    "payment_term": "Zahlungsziele",
    "audit_term": "Dauer von Prüfrechten",
}
KEY_LABELS = {
    (
        "eu_threshold",
        "supplies_services",
    ): "Liefer- und Dienstleistungen, übrige öffentliche Auftraggeber",
    (
        "eu_threshold",
        "supplies_services_central",
    ): "Liefer- und Dienstleistungen, oberste Bundesbehörden",
    ("eu_threshold", "social_services"): "soziale und andere besondere Dienstleistungen",
    ("eu_threshold", "works"): "Bauleistungen und Konzessionen",
    ("eu_threshold", "sector"): "Sektorenauftraggeber",
    ("notice_period", "open"): "Offenes Verfahren",
    ("notice_period", "restricted"): "Nicht offenes Verfahren",
    ("notice_period", "negotiated"): "Verhandlungsverfahren mit Teilnahmewettbewerb",
    (
        "notice_period",
        "negotiated_without_notice",
    ): "Verhandlungsverfahren ohne Teilnahmewettbewerb",
    ("notice_period", "dialogue"): "Wettbewerblicher Dialog",
    ("notice_period", "innovation_partnership"): "Innovationspartnerschaft",
    ("notice_period", "interest_confirmation"): "Interessensbestätigung nach Vorinformation",
    (
        "notice_period",
        "extra_without_electronic_documents",
    ): "Zuschlag ohne elektronische Vergabeunterlagen",
    ("notice_period", "prior_information"): "Vorinformation vor der Bekanntmachung",
    ("notice_period", "late_information"): "Verlängerung bei später Auskunft",
    ("standstill", "information"): "Information der unterlegenen Bieter",
    ("standstill", "voluntary_notice"): "freiwillige Bekanntmachung vor dem Vertrag",
    ("standstill", "invalidity_claim"): "Feststellung der Unwirksamkeit",
    ("standstill", "objection"): "Rüge und Nachprüfungsantrag",
    ("value_estimate", "small_lot_services"): "kleine Lose (Liefer- und Dienstleistungen)",
    ("value_estimate", "indefinite_term"): "unbestimmte Laufzeit",
    ("inhouse_limit", "entrusted_share"): "Anteil der betrauten Tätigkeit",
    ("inhouse_limit", "cooperation_market_share"): "Marktanteil der Zusammenarbeit",
    ("inhouse_policy", "declaration_day"): "Termin der Erklärung im Folgejahr",
    ("inhouse_policy", "grey_light"): "graue Ampel bei einem neuen Leistungsschein",
    ("reminder", "inhouse_declaration"): "Inhouse-Erklärung und Zusammenarbeit",
    ("register_limit", "competition_register"): "Abfrage des Wettbewerbsregisters",
    ("tax_code", "undecided"): "unbestimmt",
    ("tax_limit", "similar_activities"): "Umsatz aus gleichartigen Tätigkeiten",
    ("surcharge", "hub"): "Umlage auf bestätigte Leistungen",
    ("volume_definition", "volume"): "Leistungsvolumen",
    ("posting_template", "booking"): "Buchung einer bestätigten Leistung",
    ("confirmation_policy", "default"): "Vorgabe für neue Leistungsscheine",
    ("committee_grain", "default"): "Lenkungsausschuss",
    ("audit_term", "auditor"): "Revision und überörtliche Prüfung",
    ("payment_term", "invoice"): "Rechnungen zwischen Mitgliedern",
    ("answer_period", "billing"): "Abrechnung bestätigter Buchungen nach dem Quartal",
    ("answer_period", "balance"): "Saldenbestätigung zum Jahresende",
    ("answer_period", "interest"): "auf eine Interessenbekundung",
    ("answer_period", "offer"): "bis zum Angebot",
    ("answer_period", "approval"): "Prüfung und Freigaben nach der Annahme",
    ("answer_period", "termination"): "auf eine Kündigung",
    ("holiday", "calendar"): "Kalender der Fristen",
    ("consolidation", "saving_share"): "Ersparnis in Prozent der Kosten",
    ("consolidation", "comparable"): "Größe eines Vergleichsbetriebs",
    ("consolidation", "migration"): "Umstellung je Haus",
    ("consolidation", "process"): "ersparte Vergabeverfahren",
    ("consolidation", "horizon"): "betrachteter Zeitraum",
    ("answer_period", "offering_question"): "Fragen zu einer Leistung",
    ("reminder", "offering_reconfirm"): "Angaben einer Leistung bestätigen",
    ("retention", "notice"): "Meldungen an Personen",
    ("retention", "outbox"): "Versandnachweise von E-Mails",
}


@dataclass(frozen=True)
class ValueField:
    """One entry of a rule's value: `type` is money | days | months | count | percent | text | flag | dates | choice."""

    name: str
    label: str
    type: str
    choices: tuple[tuple[str, str], ...] = ()


SILENCE = (
    ("escalate", "an die Drehscheibe weiterleiten"),
    ("expire", "verfallen lassen"),
    ("consent", "als Zustimmung werten"),
)
GRAIN = (
    ("pair_category", "Paar und Kategorie"),
    ("pair", "Paar"),
    ("provider_category", "Anbieter und Kategorie"),
    ("category", "Kategorie"),
)
PAIRS = (
    ("open_year", "auch im laufenden Jahr"),
    ("closed_years", "nur aus abgeschlossenen Jahren"),
)
GREY = (
    ("warn", "warnen und die Begründung festhalten"),
    ("block", "sperren bis zur Freizeichnung"),
)
TAX_CATEGORIES = (
    ("S", "S – steuerpflichtig"),
    ("E", "E – steuerfrei"),
    ("O", "O – nicht steuerbar"),
)
NORM = ValueField("norm", "Vorschrift", "text")
CENTS = ValueField("cents", "Betrag netto in Euro", "money")
# what a person may enter for each kind; kinds that are bound to the program's code are missing
VALUE_FIELDS: dict[str, tuple[ValueField, ...]] = {
    "eu_threshold": (CENTS,),
    "notice_period": (
        ValueField("participation_days", "Teilnahmefrist in Tagen", "days"),
        ValueField(
            "participation_urgent_days", "Teilnahmefrist bei Dringlichkeit in Tagen", "days"
        ),
        ValueField("offer_days", "Angebotsfrist in Tagen", "days"),
        ValueField(
            "electronic_days", "Angebotsfrist bei elektronischen Angeboten in Tagen", "days"
        ),
        ValueField("urgent_days", "Angebotsfrist bei Dringlichkeit in Tagen", "days"),
        ValueField("pin_days", "Angebotsfrist nach Vorinformation in Tagen", "days"),
        ValueField("agreed_min_days", "Mindestfrist ohne Einvernehmen in Tagen", "days"),
        ValueField("extra_days", "Zuschlag in Tagen", "days"),
        ValueField("days", "Frist in Tagen", "days"),
        ValueField("min_days", "frühestens in Tagen", "days"),
        ValueField("max_months", "längstens in Monaten", "months"),
        ValueField("adequate", "angemessene Frist statt fester Tage", "flag"),
        NORM,
    ),
    "standstill": (
        ValueField("days", "Frist in Tagen", "days"),
        ValueField("electronic_days", "Frist bei elektronischem Versand in Tagen", "days"),
        ValueField("review_days", "Frist für den Nachprüfungsantrag in Tagen", "days"),
        ValueField("max_months", "längstens in Monaten", "months"),
        NORM,
    ),
    "value_estimate": (
        CENTS,
        ValueField("share_pct", "Anteil in Prozent", "percent"),
        ValueField("months", "Monate", "months"),
        NORM,
    ),
    "inhouse_limit": (
        ValueField("pct", "Grenze in Prozent", "percent"),
        ValueField("amber_pct", "Warnung ab Prozent", "percent"),
        ValueField("more_than", "Wert muss über der Grenze liegen", "flag"),
        NORM,
    ),
    "inhouse_policy": (
        ValueField("month", "Monat", "count"),
        ValueField("day", "Tag im Monat", "count"),
        ValueField("effect", "Folge", "choice", GREY),
    ),
    "register_limit": (CENTS, ValueField("reuse_months", "Ergebnis gilt Monate", "months"), NORM),
    "value_band": (
        ValueField("cents", "bis zu diesem Auftragswert netto in Euro", "money"),
        ValueField("procedure", "Verfahren", "text"),
        NORM,
    ),
    "tax_code": (
        ValueField("label", "Bezeichnung", "text"),
        ValueField("rate_pct", "Steuersatz in Prozent", "percent"),
        ValueField("category", "Kategorie nach EN 16931", "choice", TAX_CATEGORIES),
        ValueField("reason", "Begründung auf der Rechnung", "text"),
        NORM,
    ),
    "tax_limit": (CENTS, ValueField("warn_pct", "Warnung ab Prozent", "percent"), NORM),
    "surcharge": (
        ValueField("pct", "Umlage in Prozent des Nettobetrags", "percent"),
        ValueField("fee_cents", "Festbetrag je Buchung in Euro", "money"),
    ),
    "confirmation_policy": (
        ValueField("silence", "Bei Schweigen", "choice", SILENCE),
        ValueField("confirm_days", "Frist zur Bestätigung in Tagen", "days"),
    ),
    "committee_grain": (
        ValueField("grain", "Feinste Sicht", "choice", GRAIN),
        ValueField("pairs_from", "Paare", "choice", PAIRS),
        ValueField("k", "Mindestzahl von Buchungen je Zelle", "count"),
    ),
    "retention": (ValueField("days", "Tage", "days"),),
    "consolidation": (
        ValueField("low_pct", "Ersparnis mindestens in Prozent", "percent"),
        ValueField("high_pct", "Ersparnis höchstens in Prozent", "percent"),
        ValueField("users", "Benutzer mindestens", "count"),
        ValueField("cents", "Betrag netto in Euro", "money"),
        ValueField("procedures", "Vergabeverfahren je Haus", "count"),
        ValueField("years", "Jahre", "count"),
    ),
    "answer_period": (ValueField("days", "Frist in Kalendertagen", "days"),),
    "payment_term": (ValueField("days", "Zahlungsziel in Kalendertagen", "days"),),
    "audit_term": (ValueField("days", "höchstens so viele Kalendertage am Stück", "days"),),
    "reminder": (
        ValueField("first_days", "erste Erinnerung, Tage vorher", "days"),
        ValueField("second_days", "zweite Erinnerung, Tage vorher", "days"),
        ValueField("last_days", "letzte Erinnerung, Tage vorher", "days"),
    ),
    "holiday": (
        ValueField("subdivision", "Land (Kürzel)", "text"),
        ValueField("extra_days", "weitere freie Tage", "dates"),
    ),
}

# what a new version changes, for the preview
EFFECTS = {
    "eu_threshold": "Verfahren, die an diesem Tag oder später beginnen, werden an diesem Schwellenwert gemessen.",
    "notice_period": "Verfahren, die an diesem Tag oder später beginnen, rechnen mit diesen Mindestfristen.",
    "standstill": "Informationen, die an diesem Tag oder später abgesandt werden, rechnen mit dieser Frist.",
    "value_estimate": "Schätzungen für Verfahren ab diesem Tag rechnen mit diesem Wert.",
    "inhouse_limit": "Prüfungen nach § 108 GWB ab diesem Tag messen an dieser Grenze.",
    "inhouse_policy": "Erklärungen und Prüfungen nach § 108 GWB ab diesem Tag richten sich danach.",
    "register_limit": "Zuschläge ab diesem Tag brauchen die Abfrage ab diesem Betrag.",
    "value_band": "Verfahren Ihres Hauses unterhalb der EU-Schwelle werden ab diesem Tag daran gemessen.",
    "tax_code": "Leistungszeiträume ab diesem Tag werden mit diesem Schlüssel abgerechnet.",
    "tax_limit": "Umsätze ab diesem Kalenderjahr werden an dieser Grenze gemessen.",
    "surcharge": "Neue Leistungsscheine ab diesem Tag erhalten diese Umlage; laufende behalten die vereinbarte.",
    "confirmation_policy": "Neue Leistungsscheine ab diesem Tag schlagen diese Regelung vor.",
    "committee_grain": "Berichte an den Lenkungsausschuss zeigen ab diesem Tag höchstens diese Feinheit.",
    "retention": "Was älter ist, wird ab diesem Tag täglich gelöscht.",
    "consolidation": "Schätzungen ab diesem Tag rechnen mit dieser Annahme.",
    "audit_term": "Prüfrechte, die ab diesem Tag vergeben oder verlängert werden, dauern höchstens so lange.",
    "payment_term": "Rechnungen, die an diesem Tag oder später gestellt werden, sind nach so vielen Tagen fällig.",
    "reminder": "Ab diesem Tag wird so viele Tage vor dem Termin erinnert.",
    "answer_period": "Was an diesem Tag oder später gefragt, bekundet oder erklärt wird, hat diese Frist.",
    "holiday": "Fristen, deren Absendung auf diesen Tag oder später fällt, kennen diese freien Tage.",
}


# a member's value bands below the threshold: the rule's key is 'M07:direct'
BANDS = {
    "direct": "Direktauftrag",
    "negotiated": "Verhandlungsvergabe",
    "restricted": "Beschränkte Ausschreibung",
}


def label_of(kind: str, key: str) -> str:
    """What people call a rule."""
    code, _colon, band = key.partition(":")
    if kind == "value_band" and band in BANDS:
        return f"{BANDS[band]} ({code})"
    return KEY_LABELS.get((kind, key), key)


def may_enter_key(kind: str, key: str, *, is_office: bool, member_code: str) -> bool:
    """The office keeps the alliance's rules; a member keeps its own value bands."""
    if kind == "value_band":
        code, _colon, band = key.partition(":")
        return bool(member_code) and code == member_code and band in BANDS
    return is_office


def percent_of(value: Any) -> Decimal:
    """A stored share ('2.5') as a number of per cent."""
    return Decimal(str(value))
