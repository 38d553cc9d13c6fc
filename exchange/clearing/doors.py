"""The doors of § 132 GWB in the words of the page: which one is open, why, and what follows."""

from exchange.clearing.change import CAPPED, DOOR_LABELS, Door, Measure, share_of
from exchange.orders.model import LEGAL_ROUTE_LABELS, LegalRoute
from kdnx.text import _
from kdnx.web.formats import eur, num

D = Door
SHOWN = (D.REVIEW_CLAUSE, D.MINOR, D.ADDITIONAL, D.UNFORESEEABLE, D.SUCCESSOR)


def explain_doors(m: Measure) -> list[tuple[str, bool, str]]:
    """Each door as (label, open, why) in German; empty where § 132 GWB does not apply or nothing is worth more."""
    if m.door in (D.NOT_APPLICABLE, D.IMMATERIAL):
        return []
    return [(DOOR_LABELS[d], m.is_open(d), _why(m, d)) for d in SHOWN]


def what_follows(m: Measure) -> str:
    """What the parties do next, in German."""
    if m.door == D.NOT_APPLICABLE:
        return _why_not_applicable(m.legal_route)
    if m.door == D.NONE:
        return _(
            "Ohne Rechtsprüfung wird diese Änderung nicht freigegeben: Die Geschäftsstelle begründet, warum sie"
            " nicht wesentlich ist, oder lehnt sie ab. Dann bleibt nur ein neues Verfahren."
        )
    if m.must_be_published:
        return _(
            "Die Geschäftsstelle prüft die Voraussetzungen. Danach ist die Änderung binnen {n} Tagen im Amtsblatt"
            " der EU bekannt zu machen (§ 132 Abs. 5 GWB)."
        ).format(n=m.notice_days)
    if m.door == D.IMMATERIAL:
        return _(
            "Der Wert bleibt gleich; § 132 GWB verlangt kein neues Verfahren, solange der Auftrag derselbe bleibt."
        )
    if m.door == D.SUCCESSOR:
        return _(
            "Die Geschäftsstelle prüft, ob die Nachfolge die Voraussetzungen erfüllt. Bekannt zu machen ist nichts."
        )
    return _(
        "Ein neues Verfahren ist nicht nötig, bekannt zu machen ist nichts. Der Gesamtcharakter des Auftrags bleibt."
    )


def _why_not_applicable(route: str) -> str:
    rests = {
        LegalRoute.BELOW_THRESHOLD: _(
            "Der Auftrag liegt unter der Wertgrenze; § 132 GWB gilt erst ab dem EU-Schwellenwert."
        ),
        LegalRoute.PUBLIC_LAW: _(
            "Die Vereinbarung wurde nicht im Wettbewerb vergeben; sie muss die Änderung selbst tragen."
        ),
        LegalRoute.TASK_TRANSFER: _("Eine Aufgabenübertragung ist kein öffentlicher Auftrag."),
    }
    other = _(
        "Nicht im Wettbewerb vergeben, sondern: {name}. Statt § 132 GWB zählt, ob § 108 GWB weiter trägt;"
        " das sagt die Inhouse-Ampel."
    ).format(name=LEGAL_ROUTE_LABELS[LegalRoute(route)])
    return rests.get(LegalRoute(route), other)


def _why(m: Measure, door: Door) -> str:
    if door == D.MINOR:
        return _why_minor(m)
    if m.claim != door:
        return _("Nicht geltend gemacht.")
    if door not in CAPPED:
        return m.claim_reason
    size = _(
        "Diese Änderung: {change}; erlaubt je Änderung: {limit} ({pct} % von {reference})."
    ).format(
        change=eur(m.change_cents), limit=eur(m.each_limit_cents), pct=num(m.each_pct), reference=eur(m.reference_cents)
    )  # fmt: skip
    return f"{size} {m.claim_reason}"


def _why_minor(m: Measure) -> str:
    if m.threshold_cents is None:
        return _("Für heute ist kein EU-Schwellenwert eingetragen; ohne ihn ist dieser Weg zu.")
    return _(
        "Alle Änderungen zusammen: {sum}; erlaubt: {limit}. Das ist der kleinere Betrag aus {pct} % von"
        " {reference} ({share}) und dem Schwellenwert ({threshold})."
    ).format(
        sum=eur(m.cumulated_cents), limit=eur(m.minor_limit_cents), pct=num(m.minor_pct),
        reference=eur(m.reference_cents), share=eur(share_of(m.reference_cents, m.minor_pct)),
        threshold=eur(m.threshold_cents),
    )  # fmt: skip
