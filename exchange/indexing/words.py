"""An index step in German sentences that both sides read."""

from exchange.indexing.model import Finding, Step
from kdnx.text import _
from kdnx.web.formats import day, micro_eur, num


def said_month(month: str) -> str:
    """'2026-09' → '09/2026'."""
    year, _dash, number = month.partition("-")
    return f"{number}/{year}"


def reason_of(step: Step) -> str:
    """How the price follows, in a German sentence that both sides read."""
    if step.now is None:
        return ""
    c = step.clause
    moved = _("{series}: {old} ({since}) → {new} ({month}) = {pct} %").format(
        series=c.series, old=num(step.since[1]), since=said_month(step.since[0]), new=num(step.now.value),
        month=said_month(step.now.month), pct=num(step.change_pct, 2),
    )  # fmt: skip
    if not step.is_due:
        return moved
    follows = _("{share} % von {list} (Stand {base}) folgen: {price}").format(
        share=num(c.share_pct), list=micro_eur(c.list_micro), base=num(c.value), price=micro_eur(step.new_micro)
    )  # fmt: skip
    return f"{moved}; {follows}"


def hint_of(step: Step) -> str:
    """Why nothing is due, and what to do; empty for a step that is due."""
    c = step.clause
    return {
        Finding.DUE: "",
        Finding.SMALL: _("Die Klausel greift ab {pct} % Veränderung.").format(
            pct=num(c.threshold_pct)
        ),
        Finding.FROZEN: _("Frühestens ab {day}.").format(
            day=day(c.first_day) if c.first_day else "–"
        ),
        Finding.NO_VALUE: _(
            "Die Geschäftsstelle trägt neue Stände unter Regeln, Preisindizes ein."
        ),
        Finding.NEGOTIATED: _(
            "Der Preis wurde seit dem Basisstand ausgehandelt; ein neuer Bezug ist zu vereinbaren."
        ),
        Finding.BY_HAND: _(
            "Preis mit Staffel oder Mindestmenge: bitte als Änderung von Hand vorschlagen."
        ),
    }[step.finding]
