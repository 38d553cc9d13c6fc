"""CPV codes (Regulation (EC) No 2195/2002) and LeiKa keys: check digit, known codes, German names; pure.

The list holds divisions 48 and 72 whole and what else IT providers sell; other codes pass by their form.
"""

import csv
from functools import cache
from importlib.resources import files

from kdnx.text import _

# of these divisions every code is in the list: what is not there does not exist
WHOLE_DIVISIONS = ("48", "72")
CPV_DIGITS = 8
LEIKA_DIGITS = 14


@cache
def _codes() -> dict[str, tuple[str, str]]:
    text = files("catalog.classification").joinpath("data/cpv.csv").read_text(encoding="utf-8")
    return {r["code"]: (r["check"], r["label"]) for r in csv.DictReader(text.splitlines())}


def cpv_name(code: str) -> str:
    """The German name of a code with or without check digit, '' where it is not in the list."""
    found = _codes().get(code[:CPV_DIGITS])
    return found[1] if found else ""


def wrong_cpv(code: str) -> str:
    """Why this is no CPV code, '' when nothing speaks against it."""
    main, _dash, check = code.partition("-")
    if len(main) != CPV_DIGITS or not (main + check).isdigit():
        return _("Ein CPV-Code hat acht Ziffern und eine Prüfziffer, zum Beispiel 72000000-5.")
    found = _codes().get(main)
    if found is None:
        gone = _("Diesen CPV-Code gibt es nicht: {code}.").format(code=code)
        return gone if main.startswith(WHOLE_DIVISIONS) else ""
    if check and check != found[0]:
        right = f"{main}-{found[0]}"
        return _(
            "Die Prüfziffer von {code} stimmt nicht; gemeint ist wohl {right} ({name})."
        ).format(code=code, right=right, name=found[1])
    return ""


def full_cpv(code: str) -> str:
    """The code with its check digit where it is known."""
    found = _codes().get(code[:CPV_DIGITS])
    return f"{code[:CPV_DIGITS]}-{found[0]}" if found else code


def leika_text(key: str) -> str:
    """A LeiKa key in the groups people read it in: 99 050 048 261 000."""
    if len(key) != LEIKA_DIGITS:
        return key
    return " ".join((key[:2], key[2:5], key[5:8], key[8:11], key[11:]))
