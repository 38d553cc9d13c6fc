"""The code lists as data."""

import pytest

from procurement.codes.model import cpv_codes, cpv_group, cpv_label, parse_cpv, regions, search_cpv
from tests.cast import Cast
from tests.client import Client


def test_the_lists_are_complete():
    assert len(cpv_codes()) == 9454
    assert len(regions()) == 458
    assert regions()["DEA22"].label.startswith("Bonn")
    assert cpv_label("30213100") == "30213100-6 Tragbare Computer"
    assert cpv_group("30213100") == "302"


@pytest.mark.parametrize("text", ["30213100", "30213100-6", " 30213100-6 "])
def test_a_code_with_or_without_check_digit(text: str):
    assert parse_cpv(text) == "30213100"


@pytest.mark.parametrize("text", ["30213100-5", "99999999", "3021310", "abc", ""])
def test_wrong_codes_are_named(text: str):
    with pytest.raises(ValueError, match=r"\w"):
        parse_cpv(text)


def test_search_folds_umlauts_and_finds_digits():
    assert any(c.code == "30213100" for c in search_cpv("tragbare computer"))
    assert [c.code for c in search_cpv("30213100")] == ["30213100"]
    assert search_cpv("Geräte") == search_cpv("geräte")
    assert search_cpv("   ") == []


async def test_code_lists_as_json(client: Client, cast: Cast):
    nord = client.as_(cast.nord.viewer)
    found = (await nord.get("/api/v1/codes/cpv?q=notebook")).json()
    assert found["next"] is None
    assert all(len(i["code"]) == 8 for i in found["items"])
    regions_of = (await nord.get("/api/v1/codes/nuts?prefix=DEA&level=3")).json()["items"]
    assert {"code": "DEA22", "level": 3, "label": regions()["DEA22"].label} in regions_of
