"""Charts: well-formed SVG that stays in its frame, says what it shows and passes the strict CSP."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kdnx.web import charts

NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=60
)
AMOUNTS = st.integers(min_value=0, max_value=10**13)
ITEMS = st.lists(st.tuples(NAMES, AMOUNTS), min_size=1, max_size=30)
SVG = "{*}"


def show(value: float) -> str:
    """Whole numbers are enough here."""
    return f"{value:.0f}"


def parse(text: str) -> ET.Element:
    """The picture as a tree; fails on anything that is not XML."""
    return ET.fromstring(text)  # noqa: S314 - our own output, no foreign XML


def percents(root: ET.Element, *names: str) -> list[float]:
    """All percentages of the given attributes."""
    values = [e.get(name, "") for e in root.iter() for name in names]
    return [float(v.removesuffix("%")) for v in values if v.endswith("%")]


def check_frame(text: str) -> ET.Element:
    """What holds for every chart."""
    root = parse(text)
    assert root.get("role") == "img"
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text == root.get("aria-label")
    assert all(0 <= p <= 100.01 for p in percents(root, "x", "x1", "x2", "width", "cx"))
    for e in root.iter():
        assert "style" not in e.attrib, "the CSP forbids style attributes"
        assert not any(k.startswith("on") or "href" in k for k in e.attrib)
        assert float(e.get("height", "0")) >= 0
    return root


@given(ITEMS)
def test_columns_stay_in_frame_and_carry_all_values(items: list[tuple[str, int]]) -> None:
    root = check_frame(charts.column_chart(items, title="T", finding="F", show=show))
    texts = [t.text or "" for t in root.iter("text")]
    assert all(show(v) in texts for _label, v in items)
    floor = 260 - 30
    for rect in root.iter("rect"):
        assert 0 <= float(rect.get("y", "")) <= floor
        assert float(rect.get("y", "")) + float(rect.get("height", "")) <= floor + 0.2


@given(st.lists(st.tuples(NAMES, st.integers(-(10**9), 10**9)), min_size=1, max_size=12))
def test_columns_below_zero_hang_from_the_base_line(items: list[tuple[str, int]]) -> None:
    root = check_frame(charts.column_chart(items, title="T", finding="", show=show))
    base = next(line for line in root.iter("line") if line.get("class") == "kx-base")
    zero = float(base.get("y1", ""))
    for (_label, value), rect in zip(items, root.iter("rect"), strict=True):
        edge = float(rect.get("y", "")) + (0 if value < 0 else float(rect.get("height", "")))
        assert edge == pytest.approx(zero, abs=0.2)


def test_columns_keep_the_proportions() -> None:
    root = parse(charts.column_chart([("a", 10), ("b", 20)], title="T", finding="", show=show))
    small, large = (float(r.get("height", "")) for r in root.iter("rect"))
    assert large == pytest.approx(2 * small, abs=0.2)


def test_forecast_is_an_outline() -> None:
    items = [("2025", 28.4), ("2026", 30.7), ("2027", 33.1)]
    root = parse(charts.column_chart(items, title="T", finding="", show=show, forecast=1))
    assert [r.get("class") for r in root.iter("rect")] == ["kx-s1", "kx-s1", "kx-todo"]


@given(st.lists(st.lists(AMOUNTS, min_size=3, max_size=3), min_size=1, max_size=6))
def test_stacked_parts_add_up_to_the_column(parts: list[list[int]]) -> None:
    series = [(f"s{i}", values) for i, values in enumerate(parts)]
    root = check_frame(
        charts.stacked_columns(["a", "b", "c"], series, title="T", finding="F", show=show)
    )
    texts = [t.text for t in root.iter("text")]
    assert all(show(sum(v[i] for v in parts)) in texts for i in range(3))
    assert all(float(r.get("y", "")) >= 24 for r in root.iter("rect"))


def test_stacked_refuses_negative_parts() -> None:
    with pytest.raises(ValueError, match="negative"):
        charts.stacked_columns(["a"], [("s", [-1])], title="T", finding="", show=show)


@given(ITEMS)
def test_bars_are_as_wide_as_their_share(items: list[tuple[str, int]]) -> None:
    root = check_frame(charts.bar_chart(items, title="T", finding="F", show=show))
    top = max(v for _label, v in items) or 1
    widths = [float(r.get("width", "").removesuffix("%")) for r in list(root.iter("rect"))[1::2]]
    assert widths == pytest.approx([v * 100 / top for _label, v in items], abs=0.01)


@given(ITEMS, st.integers(0, 3))
def test_line_with_band_stays_in_frame(items: list[tuple[str, int]], forecast: int) -> None:
    band = [None, *[(v // 2, v) for _label, v in items[1:]]]
    text = charts.line_chart(
        items, title="T", finding="F", show=show, band=band, forecast=min(forecast, len(items) - 1)
    )
    root = check_frame(text)
    points = " ".join(e.get("points", "") for e in root.iter() if e.get("points")).split()
    assert all(0 <= float(n) <= 100 for p in points for n in p.split(","))


@given(st.lists(st.integers(-100, 100), max_size=20))
def test_sparkline_takes_any_series(values: list[int]) -> None:
    root = parse(charts.sparkline(values, title="Verlauf"))
    assert root.get("aria-label") == "Verlauf"


@given(
    st.lists(
        st.tuples(NAMES, st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 3000)),
        min_size=1,
        max_size=12,
    )
)
def test_gantt_stays_in_frame(rows: list[tuple[str, date, int]]) -> None:
    spans = [charts.Span(n, first, first + timedelta(days=d)) for n, first, d in rows]
    today = date(2026, 11, 22)
    root = check_frame(charts.gantt_chart(spans, title="Plan", finding="F", today=today))
    assert len(list(root.iter("rect"))) == len(spans)
    for rect in root.iter("rect"):
        assert sum(percents(rect, "x")) + sum(percents(rect, "width")) <= 100.02
    marks = [line for line in root.iter("line") if line.get("class") == "kx-mark"]
    inside = min(s.first for s in spans) <= today <= max(s.last for s in spans)
    assert len(marks) == inside
    ticks = [t for t in root.iter("text") if re.fullmatch(r"\d\d/\d{4}", t.text or "")]
    assert len([t for t in ticks if t.get("y") == "12"]) <= 8


def test_gantt_without_rows_is_an_empty_picture() -> None:
    assert parse(charts.gantt_chart([], title="Plan", finding="")).get("role") == "img"


@pytest.mark.parametrize(
    "draw",
    [
        lambda t: charts.column_chart([(t, 1)], title=t, finding=t, show=lambda _v: t),
        lambda t: charts.bar_chart([(t, 1)], title=t, finding=t, show=lambda _v: t),
        lambda t: charts.line_chart([(t, 1)], title=t, finding=t, show=lambda _v: t),
        lambda t: charts.sparkline([1, 2], title=t),
    ],
)
def test_names_stay_text(draw: Callable[[str], str]) -> None:
    evil = '"><script>alert(1)</script>&'
    assert "<script" not in draw(evil)
    parse(draw(evil))


@given(st.integers(-5, 10**12), st.integers(-5, 10**12))
def test_heat_has_five_steps_in_order(one: int, other: int) -> None:
    low, high = sorted((one, other))
    top = max(high, 1)
    steps = [charts.heat_class(v, top) for v in (low, high)]
    assert all(s == "" or re.fullmatch("kx-h[1-5]", s) for s in steps)
    assert steps == sorted(steps)
    assert charts.heat_class(top, top) == "kx-h5"
    assert charts.heat_class(0, top) == ""


def test_marks_carry_a_colour_for_engines_without_style_sheet() -> None:
    root = parse(charts.column_chart([("a", 1)], title="T", finding="", show=show))
    assert all(r.get("fill") for r in root.iter("rect"))


def test_key_names_each_series_once() -> None:
    assert charts.series_key(["A", "B"]) == [("A", "kx-s1"), ("B", "kx-s2")]
