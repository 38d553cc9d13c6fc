"""The calculator: every price model of the catalogue, half-up at the line."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from catalog.prices.model import (
    PriceItem,
    Quantities,
    Tier,
    amount,
    estimate,
    first_price,
    price_text,
)


def item(
    base: str = "case", per: str = "year", micro: int | None = 1_000_000, **over: object
) -> PriceItem:
    kind = "one_off" if per == "once" else "recurring"
    return PriceItem(
        **{"ordinal": 1, "kind": kind, "base": base, "per": per, "unit_price_micro": micro, **over}
    )  # type: ignore[arg-type]  # short builder


def test_bases_count_what_they_name():
    q = Quantities(Decimal(100_000), Decimal(250), Decimal(12))
    items = [item("inhabitant", micro=1_390_000), item("workplace", "month", 4_500_000), item("flat", "quarter", 250_000_000),
             item("hour", "use", 98_000_000), item("flat", "once", 500_000_000), item("key", micro=None, kind="share")]  # fmt: skip
    result = estimate(items, q)
    assert [x.yearly_cents for x in result.lines] == [
        13_900_000,
        1_350_000,
        100_000,
        117_600,
        None,
        None,
    ]
    assert (result.yearly_cents, result.once_cents) == (15_467_600, 50_000)
    assert not result.is_complete


def test_graduated_and_slab_differ():
    tiers = (Tier(Decimal(101), 500_000), Tier(Decimal(1001), 250_000))
    graduated = item(tier_mode="graduated", tiers=tiers)
    slab = item(tier_mode="slab", tiers=tiers)
    assert [amount(graduated, Decimal(n)) for n in (100, 101, 1000, 1001)] == [
        10_000,
        10_050,
        55_000,
        55_025,
    ]
    assert [amount(slab, Decimal(n)) for n in (100, 101, 1000, 1001)] == [
        10_000,
        5_050,
        50_000,
        25_025,
    ]


@given(
    st.integers(0, 10**7),
    st.lists(
        st.tuples(st.integers(1, 10**6), st.integers(0, 10**7)),
        max_size=5,
        unique_by=lambda t: t[0],
    ),
)
def test_graduated_amounts_never_fall_with_the_quantity(n: int, tiers: list[tuple[int, int]]):
    it = item(tier_mode="graduated", tiers=tuple(Tier(Decimal(q), p) for q, p in tiers))
    assert 0 <= amount(it, Decimal(n)) <= amount(it, Decimal(n + 1))


def test_the_list_shows_the_running_price():
    assert first_price([item("flat", "once"), item("page", "use")]).base == "page"  # type: ignore[union-attr]  # two items
    assert first_price([]) is None
    assert price_text("workplace", "month") == "je Arbeitsplatz und Monat"
    assert price_text("flat", "year") == "pauschal je Jahr"
    assert price_text("page", "use") == "je Seite"
    assert price_text("user", "once") == "je Benutzer, einmalig"
