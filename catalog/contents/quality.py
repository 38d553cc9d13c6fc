"""How well an offering can be read and compared: what blocks, what would help, and a score; pure (C37)."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.attributes.model import Schema, is_answered
from catalog.contents.model import Contact, TaxCase, Version, missing
from kdnx.text import _

GOOD, FAIR = 85, 60


@dataclass(frozen=True)
class Advice:
    """One thing that would help the reader: form field, German words, points it brings."""

    field: str
    words: str
    points: int


@dataclass(frozen=True)
class Quality:
    """`blocking` keeps from submitting (field, words); `advice` is voluntary; `score` is 0 to 100."""

    blocking: Sequence[tuple[str, str]]
    advice: Sequence[Advice]
    score: int

    @property
    def kind(self) -> str:
        """Colour of the score."""
        return "success" if self.score >= GOOD else "info" if self.score >= FAIR else "warning"

    @property
    def words(self) -> str:
        """The score in words."""
        if self.blocking:
            return _("noch nicht vollständig")
        return (
            _("sehr gut")
            if self.score >= GOOD
            else _("ordentlich")
            if self.score >= FAIR
            else _("ausbaufähig")
        )


def assess(
    version: Version, contacts: Sequence[Contact], schema: Schema | None, *, has_proof: bool = False
) -> Quality:
    """Blocking gaps and advice, the weightiest first; each point comes from one thing a buyer looks for."""
    checks = [*_words(version), *_terms(version), *_people(contacts), *_answers(version, schema)]
    checks.append(
        (
            has_proof,
            Advice(
                "certificates", _("einen gültigen Nachweis eintragen, zum Beispiel ISO 27001"), 6
            ),
        )
    )
    total = sum(a.points for _good, a in checks)
    earned = sum(a.points for good, a in checks if good)
    # the three shares of answers are one piece of advice
    open_ = {a.words: a for good, a in reversed(checks) if not good}
    advice = sorted(open_.values(), key=lambda a: -a.points)
    return Quality(missing(version, contacts, schema), advice, round(100 * earned / total))


Checks = list[tuple[bool, Advice]]


def _words(v: Version) -> Checks:
    return [
        (len(v.summary) >= 30, Advice("summary", _("Kurzbeschreibung in einem ganzen Satz"), 6)),
        (len(v.description) >= 200,
         Advice("description", _("Beschreibung ausführlicher: was enthalten ist und was nicht"), 10)),
        (bool(v.prerequisites), Advice("prerequisites", _("Voraussetzungen nennen"), 6)),
        (bool(v.site), Advice("site", _("Betriebsort nennen"), 5)),
        (bool(v.cpv), Advice("cpv", _("CPV-Code angeben, damit die Beschaffung die Leistung findet"), 4)),
    ]  # fmt: skip


def _terms(v: Version) -> Checks:
    sla = v.sla
    recurring = [p for p in v.prices if p.kind == "recurring"]
    return [
        (bool(sla.get("availability_pct")), Advice("sla.availability_pct", _("Verfügbarkeit zusagen"), 7)),
        (bool(sla.get("service_hours")), Advice("sla.service_hours", _("Servicezeiten nennen"), 7)),
        (sla.get("reaction_hours") is not None, Advice("sla.reaction_hours", _("Reaktionszeit nennen"), 5)),
        (sla.get("recovery_hours") is not None,
         Advice("sla.recovery_hours", _("Wiederherstellungszeit nennen"), 4)),
        (v.capacity_amount is not None or bool(v.capacity), Advice("capacity_amount", _("Kapazität nennen"), 4)),
        (v.min_term_months is not None,
         Advice("min_term_months", _("Mindestlaufzeit nennen, auch wenn sie null ist"), 3)),
        (
            all(p.frozen_until or p.index_clause for p in recurring),
            Advice("prices.0.frozen_until", _("sagen, bis wann der Preis fest ist und was danach gilt"), 5),
        ),
        (
            bool(v.audiences) and all(a.tax_code != TaxCase.OPEN for a in v.audiences),
            Advice("audiences.0.tax_code", _("Steuerfall entscheiden"), 6),
        ),
    ]  # fmt: skip


def _people(contacts: Sequence[Contact]) -> Checks:
    lead = next((c for c in contacts if c.role == "lead"), None)
    deputy = bool(lead and lead.deputy) or any(c.role == "deputy" for c in contacts)
    return [
        (bool(lead and lead.email),
         Advice("contacts.lead.email", _("E-Mail der Ansprechstelle, möglichst ein Funktionspostfach"), 5)),
        (deputy, Advice("contacts.lead.deputy", _("Vertretung nennen"), 4)),
    ]  # fmt: skip


def _answers(v: Version, schema: Schema | None) -> Checks:
    asked = [a for a in (schema.active if schema else ()) if not a.required]
    answered = sum(is_answered(v.attributes.get(a.key)) for a in asked)
    words = _("mehr Fragen der Kategorie beantworten ({n} von {all})").format(
        n=answered, all=len(asked)
    )
    first = next((a.key for a in asked if not is_answered(v.attributes.get(a.key))), "")
    return [
        (answered * 4 >= len(asked) * share, Advice(f"attributes.{first}", words, points))
        for share, points in ((1, 8), (2, 6), (3, 4))
    ]
