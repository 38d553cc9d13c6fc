"""Award procedures: which are admissible in which regime, why, and their minimum periods."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kdnx.errors import Refused
from kdnx.rules.calendar import earliest_closing, end_of_period
from kdnx.text import _

LABELS = {
    "open": "Offenes Verfahren",
    "restricted": "Nicht offenes Verfahren",
    "negotiated": "Verhandlungsverfahren mit Teilnahmewettbewerb",
    "negotiated_without_notice": "Verhandlungsverfahren ohne Teilnahmewettbewerb",
    "dialogue": "Wettbewerblicher Dialog",
    "innovation_partnership": "Innovationspartnerschaft",
    "public_call": "Öffentliche Ausschreibung",
    "restricted_with_call": "Beschränkte Ausschreibung mit Teilnahmewettbewerb",
    "restricted_without_call": "Beschränkte Ausschreibung ohne Teilnahmewettbewerb",
    "negotiated_award_with_call": "Verhandlungsvergabe mit Teilnahmewettbewerb",
    "negotiated_award": "Verhandlungsvergabe ohne Teilnahmewettbewerb",
    "direct": "Direktauftrag",
}
EU = (
    "open",
    "restricted",
    "negotiated",
    "negotiated_without_notice",
    "dialogue",
    "innovation_partnership",
)
NATIONAL = (
    "public_call",
    "restricted_with_call",
    "restricted_without_call",
    "negotiated_award_with_call",
    "negotiated_award",
    "direct",
)
FREE = {"open", "restricted"}
# § 65 Abs. 1 VgV: for social and other special services these are a free choice as well
FREE_SOCIAL = FREE | {"negotiated", "dialogue", "innovation_partnership"}
WHEN = {
    "open": "frei wählbar (§ 14 Abs. 2 VgV)",
    "restricted": "frei wählbar (§ 14 Abs. 2 VgV)",
    "negotiated": "nur mit einem Grund nach § 14 Abs. 3 VgV: Anpassung verfügbarer Lösungen, konzeptionelle Leistung, "
    "Komplexität oder Risiko, nicht ausreichend beschreibbar, gescheitertes Verfahren",
    "negotiated_without_notice": "nur mit einem Grund nach § 14 Abs. 4 VgV, etwa äußerste Dringlichkeit",
    "dialogue": "nur mit einem Grund nach § 14 Abs. 3 VgV",
    "innovation_partnership": "nur für Leistungen, die es am Markt noch nicht gibt (§ 19 Abs. 1 VgV)",
}
NEW_LAW_FROM = date(2026, 7, 1)


@dataclass(frozen=True)
class Option:
    """One admissible procedure; `…_end` are last days (to 24:00), None = no fixed period."""

    key: str
    label: str
    is_free: bool
    when: str
    norm: str
    participation_days: int | None = None
    offer_days: int | None = None
    participation_end: date | None = None
    offer_end: date | None = None
    earliest_closing: date | None = None
    note: str = ""


@dataclass(frozen=True)
class Conditions:
    """What shortens or lengthens the periods."""

    is_urgent: bool = False
    is_electronic: bool = True
    has_prior_notice: bool = False
    documents_online: bool = True
    is_social: bool = False


def law_of(starts_on: date) -> str:
    """Which wording of the law holds (§ 187 Abs. 2 GWB: the day the procedure begins)."""
    if starts_on < NEW_LAW_FROM:
        return _("GWB und VgV in der Fassung bis 30.06.2026 (§ 187 Abs. 2 GWB)")
    return _("GWB und VgV in der Fassung ab 01.07.2026")


def eu_options(
    periods: Mapping[str, Mapping[str, Any]],
    dispatch: date,
    conditions: Conditions,
    holidays: Container[date],
) -> list[Option]:
    """The six procedures of the VgV with their periods from the dispatch of the notice.

    `periods` holds the rules `notice_period` by key. Ends by Regulation 1182/71; `earliest_closing` is the first day
    on which offers may close at any hour.
    """
    return [_option(key, periods, dispatch, conditions, holidays) for key in EU if key in periods]


def _option(
    key: str,
    periods: Mapping[str, Mapping[str, Any]],
    dispatch: date,
    c: Conditions,
    holidays: Container[date],
) -> Option:
    rule = periods[key]
    free = key in (FREE_SOCIAL if c.is_social else FREE)
    when = _("frei wählbar (§ 65 Abs. 1 VgV)") if free and key not in FREE else WHEN[key]
    participation = (
        rule.get("participation_urgent_days") if c.is_urgent else rule.get("participation_days")
    )
    participation = participation if participation is not None else rule.get("participation_days")
    offers = offer_days(rule, c, periods.get("extra_without_electronic_documents", {}))
    first = end_of_period(dispatch, int(participation), holidays) if participation else None
    # the invitation goes out on the first working day after the participation period
    invited = (
        earliest_closing(dispatch, int(participation), holidays) if participation else dispatch
    )
    return Option(
        key=key, label=LABELS[key], is_free=free, when=when, norm=str(rule.get("norm", "")),
        participation_days=participation, offer_days=offers, participation_end=first,
        offer_end=end_of_period(invited, offers, holidays) if offers else None,
        earliest_closing=earliest_closing(invited, offers, holidays) if offers else None, note=_note(key, rule, c),
    )  # fmt: skip


def offer_days(rule: Mapping[str, Any], c: Conditions, extra: Mapping[str, Any]) -> int | None:
    """Calendar days for offers, or None where the law only says "angemessen"."""
    if "offer_days" not in rule:
        return None
    days = int(rule["electronic_days"] if c.is_electronic else rule["offer_days"])
    if c.is_urgent:
        return int(rule["urgent_days"])
    if c.has_prior_notice:
        days = int(rule["pin_days"])
    # § 41 Abs. 2 und 3 VgV: documents not fully available by electronic means
    return days if c.documents_online else days + int(extra.get("extra_days", 0))


def _note(key: str, rule: Mapping[str, Any], c: Conditions) -> str:
    if key == "negotiated_without_notice":
        return _("Angemessene Frist; bei äußerster Dringlichkeit keine Mindestfrist.")
    if rule.get("adequate"):
        return _(
            "Die Angebotsfrist wird nach dem Dialog oder der Partnerschaftsphase angemessen gesetzt."
        )
    if c.is_urgent:
        return _(
            "Verkürzung wegen Dringlichkeit: Der Grund gehört in den Vergabevermerk (§ 8 Abs. 2 VgV)."
        )
    if c.has_prior_notice:
        return _(
            "Setzt eine Vorinformation 35 Tage bis 12 Monate vor der Bekanntmachung voraus (§ 38 Abs. 3 VgV)."
        )
    if "agreed_min_days" in rule:
        return _(
            "Die Angebotsfrist kann mit allen Bewerbern vereinbart werden; ohne Einvernehmen mindestens {n} Tage."
        ).format(n=rule["agreed_min_days"])
    return ""


def national_options() -> list[Option]:
    """Below the threshold: the vocabulary of the UVgO, without statutory periods (§ 75a GO NRW)."""
    return [
        Option(
            key=key, label=LABELS[key], is_free=True, norm="§ 75a GO NRW",
            when=_("zulässig, soweit eine eigene Satzung nichts anderes bestimmt"), note=_("Angemessene Frist"),
        )
        for key in NATIONAL
    ]  # fmt: skip


def check_choice(key: str, reason: str, options: Sequence[Option]) -> None:
    """The procedure must be admissible; where the law asks for a reason, it must be given."""
    option = next((o for o in options if o.key == key), None)
    if option is None:
        raise Refused(
            _("„{name}“ gibt es in diesem Regime nicht.").format(name=LABELS.get(key, key)),
            remedy=_("Eines der aufgeführten Verfahren wählen."),
        )
    if not option.is_free and len(reason.strip()) < 20:
        raise Refused(
            _("„{name}“ braucht eine Begründung von mindestens 20 Zeichen.").format(
                name=option.label
            ),
            rule=option.when,
            remedy=_(
                "Den Tatbestand des § 14 Abs. 3 oder 4 VgV nennen und belegen; der Text geht in den Vergabevermerk."
            ),
        )
