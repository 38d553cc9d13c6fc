"""The listing's quality, what codes are right, and what the reader is told about the law."""

from collections.abc import Sequence
from typing import Any

import pytest

from catalog.attributes.model import Attribute, AttributeType, Schema
from catalog.classification.model import cpv_name, full_cpv, leika_text, wrong_cpv
from catalog.contents.meaning import LEGAL_BASIS_HELP, TAX_HELP
from catalog.contents.model import LEGAL_BASIS_LABELS, TAX_LABELS, Contact
from catalog.contents.quality import Quality, assess
from catalog.contents.schemas import to_version
from kdnx.ids import new_id
from tests.catalog.build import ANSWERS, HOSTING, a_body, only_for

SCHEMA = Schema(
    HOSTING,
    1,
    tuple(
        Attribute(k, k, AttributeType.TEXT, required=k == "must")
        for k in ("must", "one", "two", "three", "four")
    ),
)
LEAD = Contact("lead", "Team", "team@example.org", deputy="Leitstand")


def quality(
    contacts: Sequence[Contact] = (LEAD,), *, has_proof: bool = False, **over: Any
) -> Quality:
    return assess(to_version(a_body(**over), new_id(), 1), contacts, SCHEMA, has_proof=has_proof)


def test_more_said_is_never_worse():
    steps: list[dict[str, Any]] = [
        {"attributes": {}}, {"attributes": {"one": "x"}}, {"attributes": {"one": "x", "two": "x", "three": "x"}},
        {"attributes": {"one": "x", "two": "x", "three": "x"}, "description": "gut " * 60},
        {"attributes": {"one": "x", "two": "x", "three": "x"}, "description": "gut " * 60, "sla": {"availability_pct": "99.5", "service_hours": "Mo–Fr"}},
    ]  # fmt: skip
    scores = [quality(**s).score for s in steps]
    assert scores == sorted(scores)
    assert scores[0] < scores[-1]
    assert quality(has_proof=True).score > quality().score
    assert quality(()).score < quality().score


def test_a_full_listing_reaches_a_hundred():
    best = quality(
        has_proof=True, attributes=dict.fromkeys(("must", "one", "two", "three", "four"), "x"), description="gut " * 60,
        prerequisites="Netz", site="Köln", cpv=["72000000-5"], capacity_amount=5, min_term_months=12,
        sla={"availability_pct": "99.5", "service_hours": "Mo–Fr", "reaction_hours": 4, "recovery_hours": 8},
        prices=[{"kind": "usage", "base": "case", "per": "use", "unit_price_micro": 5}],
    )  # fmt: skip
    assert (best.score, list(best.blocking), list(best.advice)) == (100, [], [])
    assert best.words == "sehr gut"


def test_what_blocks_is_not_advice():
    found = quality(prices=[])
    fields = [f for f, _w in found.blocking]
    assert fields == ["prices.0.base", "attributes.must"]
    assert found.words == "noch nicht vollständig"
    assert not {a.field for a in found.advice} & set(fields)
    assert [a.points for a in found.advice] == sorted(
        (a.points for a in found.advice), reverse=True
    )


def test_an_undecided_tax_case_is_named():
    open_case = {**only_for(new_id()), "tax_code": "OPEN"}
    assert "audiences.0.tax_code" in [a.field for a in quality(audiences=[open_case]).advice]


@pytest.mark.parametrize("code", ["72000000-5", "72000000", "79810000-5", "33000000", "48000000-8"])
def test_right_codes(code: str):
    assert wrong_cpv(code) == ""


@pytest.mark.parametrize("code", ["72000000-4", "72999999", "7200000", "72000000-55", "abcdefgh"])
def test_wrong_codes_are_explained(code: str):
    assert wrong_cpv(code)


def test_codes_by_name():
    assert "72000000-5" in wrong_cpv("72000000-4")
    assert cpv_name("72000000-5").startswith("IT-Dienste")
    assert full_cpv("72000000") == "72000000-5"
    assert full_cpv("33000000") == "33000000"
    assert leika_text("99050048261000") == "99 050 048 261 000"


def test_every_legal_basis_and_tax_case_is_explained():
    assert set(LEGAL_BASIS_HELP) == set(LEGAL_BASIS_LABELS)
    assert set(TAX_HELP) == set(TAX_LABELS)


def test_answers_do_not_change_the_hash_of_old_content():
    bare = to_version(a_body(attributes={}), new_id(), 1)
    assert bare.content_hash != to_version(a_body(attributes=ANSWERS), new_id(), 1).content_hash
