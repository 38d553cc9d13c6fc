"""The code lists as values: CPV codes with check digit and German label, German NUTS regions."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from kdnx.text import _

CPV_TEXT = re.compile(r"^(\d{8})(?:-(\d))?$")
FOLD = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})


@dataclass(frozen=True)
class Cpv:
    """One code of the Common Procurement Vocabulary (Regulation (EC) No 213/2008)."""

    code: str
    check: str
    label: str

    @property
    def printed(self) -> str:
        """As notices write it: '30213100-6'."""
        return f"{self.code}-{self.check}"

    @property
    def depth(self) -> int:
        """Significant digits: 2 division, 3 group, 4 class, 5 category and more."""
        return max(2, len(self.code.rstrip("0")))


@dataclass(frozen=True)
class Region:
    """One German NUTS region; level 0 is the country, 3 a district."""

    code: str
    level: int
    label: str


def _rows(name: str) -> Sequence[Mapping[str, str]]:
    text = files("procurement.codes").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def cpv_codes() -> Mapping[str, Cpv]:
    """All CPV codes by their eight digits, read once."""
    return {r["code"]: Cpv(r["code"], r["check"], r["label_de"]) for r in _rows("cpv.csv")}


@cache
def regions() -> Mapping[str, Region]:
    """All German regions by code, read once."""
    return {
        r["code"]: Region(r["code"], int(r["level"]), r["label_de"]) for r in _rows("nuts_de.csv")
    }


@cache
def _folded() -> Sequence[tuple[str, Cpv]]:
    return [(fold(c.label), c) for c in cpv_codes().values()]


def fold(text: str) -> str:
    """Lower case without umlauts, for searching."""
    return text.lower().translate(FOLD)


def parse_cpv(text: str) -> str:
    """Eight digits from '30213100' or '30213100-6'; ValueError (German) for unknown or wrong check digit."""
    match = CPV_TEXT.match(text.strip())
    if not match:
        raise ValueError(
            _("Bitte einen CPV-Code mit acht Ziffern angeben, zum Beispiel 30213100-6.")
        )
    found = cpv_codes().get(match[1])
    if found is None:
        raise ValueError(
            _("Diesen CPV-Code gibt es nicht. Die Suche nach Stichworten hilft weiter.")
        )
    if match[2] is not None and match[2] != found.check:
        raise ValueError(
            _("Die Prüfziffer passt nicht: richtig ist {code}.").format(code=found.printed)
        )
    return found.code


def cpv_label(code: str) -> str:
    """'30213100-6 Tragbare Computer', or the bare code when the list does not hold it."""
    found = cpv_codes().get(code)
    return f"{found.printed} {found.label}" if found else code


def cpv_group(code: str) -> str:
    """The first three digits: what counts as the same kind of thing for the splitting alarm."""
    return code[:3]


def search_cpv(text: str, limit: int = 50) -> list[Cpv]:
    """Codes that begin with the digits, or whose label holds every word; shallow codes first."""
    wanted = text.strip()
    if wanted.replace("-", "").isdigit():
        digits = wanted.partition("-")[0]
        hits = [c for code, c in cpv_codes().items() if code.startswith(digits)]
    else:
        words = fold(wanted).split()
        hits = [c for label, c in _folded() if words and all(w in label for w in words)]
    return sorted(hits, key=lambda c: (c.depth, c.code))[:limit]
