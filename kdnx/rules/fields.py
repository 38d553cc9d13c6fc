"""What a person may enter for each kind of dated rule: the entries of its value."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ValueField:
    """One entry of a rule's value.

    `type` is money | days | months | count | percent | number | text | flag | dates | choice.
    """

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
    "contract_change": (
        ValueField("pct", "höchstens Prozent des ursprünglichen Werts", "percent"),
        ValueField("days", "Bekanntmachung binnen Tagen", "days"),
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
    "price_index": (ValueField("value", "Indexstand des Monats", "number"), NORM),
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
