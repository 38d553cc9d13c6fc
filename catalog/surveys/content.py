"""The canonical bytes of a frozen survey: what was looked for, found, kept and excluded, and how to check it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from catalog.comparison.table import price_lines
from catalog.contents.model import Version
from catalog.surveys.model import DECISION_LABELS, REASON_LABELS, Decision, Frozen, Hit, Reason
from kdnx.text import _

FORM = "kdnx.frozen_search.v1"


@dataclass(frozen=True)
class Finding:
    """One point of a check and whether it holds."""

    text: str
    holds: bool


def canonical(value: Mapping[str, Any]) -> str:
    """JSON with sorted keys, without spaces, in UTF-8: the same content always gives the same bytes."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def hash_of(content: str) -> bytes:
    """SHA-256 of the bytes."""
    return sha256(content.encode()).digest()


def hit_values(hit: Hit, version: Version, provider: str, category: str) -> dict[str, Any]:
    """One hit with its version, prices and what was decided, in figures and in words."""
    decision = Decision(hit.decision)
    return {
        "ordinal": hit.ordinal,
        "offering_id": str(hit.offering_id),
        "version": hit.version,
        "content_hash": version.content_hash.hex(),
        "number": hit.number,
        "title": version.title,
        "summary": version.summary,
        "provider_id": str(hit.provider_id),
        "provider": provider,
        "category": category,
        "approved_at": version.approved_at.isoformat() if version.approved_at else None,
        "decision": decision.value,
        "decision_label": _(DECISION_LABELS[decision]),
        "reason": hit.reason,
        "reason_label": _(REASON_LABELS[Reason(hit.reason)]) if hit.reason else "",
        "note": hit.note,
        "prices": [
            {
                "ordinal": i.ordinal, "label": i.label, "kind": str(i.kind), "base": str(i.base), "per": str(i.per),
                "unit_price_micro": i.unit_price_micro, "text": price_lines(i),
            }
            for i in version.prices
        ],
    }  # fmt: skip


def read(frozen: Frozen) -> dict[str, Any]:
    """The content as values."""
    values: dict[str, Any] = json.loads(frozen.content)
    return values


def check(frozen: Frozen, versions: Sequence[Version]) -> list[Finding]:
    """Recompute everything: bytes, head, counts, and the named versions that can still be read."""
    values = read(frozen)
    head = (
        values.get("id"),
        values.get("number"),
        values.get("owner", {}).get("id"),
        values.get("frozen_at"),
    )
    wanted = (str(frozen.id), frozen.number, str(frozen.owner_id), frozen.frozen_at.isoformat())
    hits = values.get("hits", [])
    kept = sum(h["decision"] == Decision.KEPT for h in hits)
    now = {(str(v.offering_id), v.version): v.content_hash.hex() for v in versions}
    known = [h for h in hits if (h["offering_id"], h["version"]) in now]
    readable = _("{n} von {all} genannten Fassungen sind für Sie lesbar und unverändert.")
    same = all(now[(h["offering_id"], h["version"])] == h["content_hash"] for h in known)
    return [
        Finding(_("Die Prüfsumme SHA-256 stimmt mit dem Inhalt überein."), hash_of(frozen.content) == frozen.sha256),
        Finding(_("Der Inhalt steht in seiner festen Schreibweise."), canonical(values) == frozen.content),
        Finding(_("Nummer, Haus und Zeitpunkt stimmen mit dem Inhalt überein."), head == wanted),
        Finding(_("Zahl der Treffer und der engeren Wahl stimmen."), (len(hits), kept) == (frozen.hits, frozen.kept)),
        Finding(readable.format(n=len(known), all=len(hits)), same),
    ]  # fmt: skip
