"""Charts as SVG text: pure functions, fluid without script, coloured by class, with a finding.

Widths are percentages and text keeps its size, so one picture fits desk and phone. Colours stand
as classes of `kdnx-charts.css` and, for a PDF engine that reads no style sheet, as plain
attributes. Values are plain numbers in one unit (cents, pieces); `show` makes German text of one.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

from markupsafe import Markup, escape

Value = int | float
Show = Callable[[Value], str]
SERIES = ("kx-s1", "kx-s2", "kx-s3", "kx-s4", "kx-s5", "kx-s6")
PLAIN = {
    "kx-s1": 'fill="#2044aa"',
    "kx-s2": 'fill="#008a99"',
    "kx-s3": 'fill="#b0590b"',
    "kx-s4": 'fill="#83389b"',
    "kx-s5": 'fill="#2b7a46"',
    "kx-s6": 'fill="#555a7a"',
    "kx-soft": 'fill="#93a3d6"',
    "kx-todo": 'fill="none" stroke="#2044aa" stroke-width="2" stroke-dasharray="4 3"',
    "kx-line": 'fill="none" stroke="#2044aa" stroke-width="2.5"',
    "kx-line--todo": 'stroke-dasharray="5 4"',
    "kx-band": 'fill="#2044aa" opacity=".16"',
    "kx-base": 'stroke="#717795"',
    "kx-rule": 'stroke="#e0e1ea"',
    "kx-track": 'fill="#e0e1ea"',
    "kx-mark": 'stroke="#bd0f09" stroke-width="2"',
    "kx-ax": 'fill="#5a6080"',
    "kx-in": 'fill="#fff"',
    "kx-strong": 'font-weight="600"',
}
ROW = 46
ROOM = 34
HEAT_STEPS = 5
MANY = 8
LABEL_ROOM = 18


@dataclass(frozen=True)
class Span:
    """One bar of a plan: first and last day, `kind` is done, now or todo."""

    label: str
    first: date
    last: date
    kind: str = "todo"


def _css(name: str) -> str:
    return " ".join([f'class="{name}"', *(PLAIN[part] for part in name.split() if part in PLAIN)])


def _pc(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"


def _px(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _svg(body: Iterable[str], title: str, finding: str, height: int) -> Markup:
    name = f"{title}: {finding}" if finding else title
    said = escape(name)
    # S704: every part is escaped above or made of numbers here
    return Markup(  # noqa: S704
        f'<svg class="kx-chart" width="100%" height="{height}" role="img" aria-label="{said}" '
        f'font-family="Fira Sans, sans-serif" font-size="13"><title>{said}</title>'
        f"{''.join(body)}</svg>"
    )


def _text(x: float, y: float, text: str, css: str = "", anchor: str = "middle") -> str:
    mark = f" {_css(css)}" if css else ""
    return f'<text x="{_pc(x)}" y="{_px(y)}" text-anchor="{anchor}"{mark}>{escape(text)}</text>'


def _rule(y: float, css: str) -> str:
    return f'<line x1="0" x2="100%" y1="{_px(y)}" y2="{_px(y)}" {_css(css)}/>'


def _short(label: str) -> str:
    """What fits on a phone beside a figure; the full name stands in the table under the picture."""
    return label if len(label) <= ROOM else label[: ROOM - 1].rstrip() + "…"


def _thin(index: int, count: int) -> str:
    """Every second label of many is left out on the phone; the last one always stays."""
    return "kx-ax kx-thin" if count > MANY and (count - 1 - index) % 2 else "kx-ax"


def column_chart(
    items: Sequence[tuple[str, Value]],
    *,
    title: str,
    finding: str,
    show: Show,
    forecast: int = 0,
    height: int = 260,
) -> Markup:
    """Columns with their value above; the last `forecast` columns are drawn as a dashed outline."""
    values = [v for _label, v in items]
    top, low = max([*values, 0]), min([*values, 0])
    room = height - 54
    scale = room / ((top - low) or 1)
    zero = 24 + top * scale
    step = 100 / max(len(items), 1)
    body = []
    for i, (label, value) in enumerate(items):
        y = min(zero, zero - value * scale)
        css = "kx-todo" if i >= len(items) - forecast else "kx-s1"
        body.append(
            f'<rect x="{_pc(i * step + step * 0.18)}" width="{_pc(step * 0.64)}" y="{_px(y)}" '
            f'height="{_px(abs(value) * scale)}" rx="2" {_css(css)}/>'
        )
        mid = (i + 0.5) * step
        body.append(_text(mid, y - 8, show(value), "kx-strong"))
        body.append(_text(mid, height - 6, label, _thin(i, len(items))))
    return _svg([*body, _rule(zero, "kx-base")], title, finding, height)


def stacked_columns(
    labels: Sequence[str],
    series: Sequence[tuple[str, Sequence[Value]]],
    *,
    title: str,
    finding: str,
    show: Show,
    height: int = 280,
) -> Markup:
    """Columns of up to six parts (all >= 0) with their sum above; thin parts carry no figure."""
    if any(v < 0 for _name, values in series for v in values):
        raise ValueError("stacked parts must not be negative")
    sums = [sum(values[i] for _name, values in series) for i in range(len(labels))]
    scale = (height - 54) / (max([*sums, 0]) or 1)
    step = 100 / max(len(labels), 1)
    body = []
    for i, label in enumerate(labels):
        mid, y = (i + 0.5) * step, float(height - 30)
        for (_name, values), css in zip(series, SERIES, strict=False):
            tall = values[i] * scale
            y -= tall
            body.append(
                f'<rect x="{_pc(i * step + step * 0.18)}" width="{_pc(step * 0.64)}" '
                f'y="{_px(y + 1)}" height="{_px(max(tall - 1.5, 0))}" {_css(css)}/>'
            )
            if tall >= LABEL_ROOM:
                body.append(_text(mid, y + tall / 2 + 5, show(values[i]), "kx-in"))
        body.append(_text(mid, y - 8, show(sums[i]), "kx-strong"))
        body.append(_text(mid, height - 6, label, _thin(i, len(labels))))
    return _svg([*body, _rule(height - 30, "kx-base")], title, finding, height)


def series_key(names: Sequence[str]) -> list[tuple[str, str]]:
    """Name and colour class of each series, for the key above the picture."""
    return list(zip(names, SERIES, strict=False))


def bar_chart(
    items: Sequence[tuple[str, Value]],
    *,
    title: str,
    finding: str,
    show: Show,
    strong: Sequence[str] = (),
) -> Markup:
    """Horizontal bars (values >= 0), label and value above; labels in `strong` stand out."""
    top = max([v for _label, v in items] + [0]) or 1
    body = []
    for i, (label, value) in enumerate(items):
        y = i * ROW
        css = "kx-s1" if not strong or label in strong else "kx-soft"
        body.append(_text(0, y + 14, _short(label), "", "start"))
        body.append(_text(100, y + 14, show(value), "kx-strong", "end"))
        body.append(f'<rect width="100%" y="{y + 21}" height="10" rx="2" {_css("kx-track")}/>')
        wide = _pc(max(value, 0) * 100 / top)
        body.append(f'<rect width="{wide}" y="{y + 21}" height="10" rx="2" {_css(css)}/>')
    return _svg(body, title, finding, max(len(items), 1) * ROW - 8)


def line_chart(
    points: Sequence[tuple[str, Value]],
    *,
    title: str,
    finding: str,
    show: Show,
    band: Sequence[tuple[Value, Value] | None] = (),
    forecast: int = 0,
    height: int = 260,
) -> Markup:
    """A line from zero, a band (low, high) where given; the last `forecast` steps are dashed."""
    edges = [v for pair in band if pair for v in pair]
    top = max([v for _label, v in points] + edges + [0]) or 1
    count = len(points)
    xs = [4 + 92 * i / max(count - 1, 1) for i in range(count)]
    ys = [100 - v * 100 / top for _label, v in points]
    known = max(count - forecast, 1)
    body = [
        _rule(28, "kx-rule"),
        _rule(28 + (height - 58) / 2, "kx-rule"),
        _rule(height - 30, "kx-base"),
    ]
    lines = [
        _polyline(xs[:known], ys[:known], "kx-line"),
        _polyline(xs[known - 1 :], ys[known - 1 :], AHEAD),
    ]
    inner = _band(xs, band, top) + lines[0] + (lines[1] if forecast else "")
    body.append(
        f'<svg y="28" width="100%" height="{height - 58}" viewBox="0 0 100 100" '
        f'preserveAspectRatio="none" overflow="visible">{inner}</svg>'
    )
    peak = max(range(count), key=lambda i: points[i][1], default=0)
    for i, (label, value) in enumerate(points):
        y = 28 + ys[i] * (height - 58) / 100
        if i in (0, known - 1, count - 1, peak):
            body.append(f'<circle cx="{_pc(xs[i])}" cy="{_px(y)}" r="4" {_css("kx-s1")}/>')
            body.append(_text(xs[i], y - 11, show(value), "kx-strong"))
        body.append(_text(xs[i], height - 6, label, _thin(i, count)))
    return _svg(body, title, finding, height)


AHEAD = "kx-line kx-line--todo"


def _polyline(xs: Sequence[float], ys: Sequence[float], css: str) -> str:
    path = " ".join(f"{x:.2f},{y:.2f}" for x, y in zip(xs, ys, strict=True))
    return f'<polyline points="{path}" {_css(css)} vector-effect="non-scaling-stroke"/>'


def _band(xs: Sequence[float], band: Sequence[tuple[Value, Value] | None], top: Value) -> str:
    pairs = [(x, pair) for x, pair in zip(xs, band, strict=False) if pair]
    if len(pairs) < 2:
        return ""
    up = [f"{x:.2f},{100 - pair[1] * 100 / top:.2f}" for x, pair in pairs]
    down = [f"{x:.2f},{100 - pair[0] * 100 / top:.2f}" for x, pair in reversed(pairs)]
    return f'<polygon points="{" ".join(up + down)}" {_css("kx-band")}/>'


def sparkline(values: Sequence[Value], *, title: str) -> Markup:
    """A trend as small as a word, for a table cell; the figure itself stands beside it."""
    low, top = min(values, default=0), max(values, default=0)
    spread = (top - low) or 1
    xs = [2 + 96 * i / max(len(values) - 1, 1) for i in range(len(values))]
    ys = [26 - 22 * (v - low) / spread for v in values]
    said = escape(title)
    # S704: the title is escaped, the rest are numbers
    return Markup(  # noqa: S704
        f'<svg class="kx-chart kx-spark" width="96" height="28" viewBox="0 0 100 30" '
        f'preserveAspectRatio="none" role="img" aria-label="{said}"><title>{said}</title>'
        f"{_polyline(xs, ys, 'kx-line')}</svg>"
    )


def gantt_chart(
    spans: Sequence[Span], *, title: str, finding: str, today: date | None = None
) -> Markup:
    """Bars over a calendar, label and dates above each; `today` is a red line where it falls in."""
    if not spans:
        return _svg([], title, finding, ROW)
    first, end = min(s.first for s in spans), max(s.last for s in spans) + timedelta(days=1)
    days = max((end - first).days, 1)
    height = len(spans) * ROW + 24
    body = []
    for tick in _ticks(first, end):
        x = (tick - first).days * 100 / days
        body.append(f'<line x1="{_pc(x)}" x2="{_pc(x)}" y1="18" y2="{height}" {_css("kx-rule")}/>')
        body.append(_text(x, 12, tick.strftime("%m/%Y"), "kx-ax", "start" if x < 90 else "end"))
    for i, span in enumerate(spans):
        y = 24 + i * ROW
        x = (span.first - first).days * 100 / days
        wide = ((span.last - span.first).days + 1) * 100 / days
        css = {"done": "kx-soft", "now": "kx-s1"}.get(span.kind, "kx-todo")
        when = f"{span.first:%d.%m.%Y} – {span.last:%d.%m.%Y}"
        body.append(_text(0, y + 15, _short(span.label), "kx-strong", "start"))
        body.append(_text(100, y + 15, when, "kx-ax kx-thin", "end"))
        body.append(
            f'<rect x="{_pc(x)}" width="{_pc(wide)}" y="{y + 22}" height="12" rx="3" {_css(css)}/>'
        )
    if today and first <= today < end:
        x = (today - first).days * 100 / days
        body.append(f'<line x1="{_pc(x)}" x2="{_pc(x)}" y1="18" y2="{height}" {_css("kx-mark")}/>')
    return _svg(body, title, finding, height)


def _ticks(first: date, end: date) -> list[date]:
    """First days of months, quarters or years, at most about six."""
    months = (end.year - first.year) * 12 + end.month - first.month
    stride = next(s for s in (1, 2, 3, 6, 12, 24, 60, 120, 1200) if months / s <= 6)
    ticks = []
    for n in range(first.year * 12 + first.month - 1, end.year * 12 + end.month):
        tick = date(n // 12, n % 12 + 1, 1)
        if first <= tick < end and (tick.month - 1 + 12 * (tick.year % 100)) % stride == 0:
            ticks.append(tick)
    return ticks


def heat_class(value: Value, top: Value) -> str:
    """kx-h1 to kx-h5 by the square root of the share of `top`; '' for nothing to show."""
    if value <= 0 or top <= 0:
        return ""
    return f"kx-h{min(HEAT_STEPS, int(sqrt(value / top) * HEAT_STEPS) + 1)}"
