"""The frozen record of a decision as canonical JSON with its SHA-256; pure."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from catalog.choosing.model import Standing
from catalog.requests.model import (
    AUDIENCE_LABELS,
    FORMULA_LABELS,
    OUTCOME_LABELS,
    Criterion,
    Item,
    PriceFormula,
    Request,
)

SCHEMA = "kdnx.request.evidence.v1"


def freeze(
    request: Request, criteria: Sequence[Criterion], items: Sequence[Item], entries: Sequence[Standing]
) -> tuple[str, bytes]:  # fmt: skip
    """The whole request with answers, points, sums and reasons; its text and the hash over that text."""
    value = {
        "schema": SCHEMA,
        "request": _request(request),
        "items": [vars(i) for i in items],
        "criteria": [vars(c) for c in criteria],
        "price_rule": FORMULA_LABELS[PriceFormula(request.price_formula)],
        "answers": [_answer(e) for e in entries],
        "decision": {
            "outcome": request.outcome,
            "label": OUTCOME_LABELS[request.outcome or "none"],
            "reason": request.decision_reason,
            "decided_at": request.decided_at,
        },
    }
    body = json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain
    )
    return body, sha256(body.encode()).digest()


def _request(request: Request) -> dict[str, Any]:
    names = ("id", "number", "title", "need", "owner_name", "category_name", "starts_on", "place",
             "protection_level", "compare_years", "announced_at", "first_closes_at", "closes_at",
             "extension_reason", "closed_at")  # fmt: skip
    return {n: getattr(request, n) for n in names} | {"audience": AUDIENCE_LABELS[request.audience]}


def _answer(entry: Standing) -> dict[str, Any]:
    answer, content, total = entry.answer, entry.content, entry.total
    return {
        "id": answer.id, "member": answer.owner_name, "state": answer.state, "version": answer.submitted_version,
        "submitted_at": answer.submitted_at, "receipt": (answer.receipt_hash or b"").hex(),
        "summary": content.summary, "conditions": content.conditions, "valid_until": content.valid_until,
        "offering_id": content.offering_id, "offering_version": content.offering_version,
        "replies": [vars(r) for r in content.replies], "prices": [vars(p) for p in content.prices],
        "yearly_cents": total.yearly_cents, "once_cents": total.once_cents, "whole_cents": total.whole_cents,
        "is_admitted": entry.is_admitted, "points": {str(n): p for n, p in entry.points.items()},
        "marks": [{"criterion": s.criterion, "is_met": s.is_met, "points": s.points, "reason": s.reason}
                  for s in sorted(entry.scores.values(), key=lambda s: s.criterion)],
        "weighted": entry.weighted, "rank": entry.rank, "is_tied": entry.is_tied, "reason": answer.outcome_reason,
    }  # fmt: skip


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value))


def thaw(body: str) -> Mapping[str, Any]:
    """The record as it was frozen."""
    found: Mapping[str, Any] = json.loads(body)
    return found
