"""The shell and its parts: valid HTML, labelled fields, errors at the field, nothing unescaped."""

from typing import Any

import html5lib
import pytest

from kdnx.errors import FieldError, Refused
from kdnx.web import styleguide
from kdnx.web.form import Form
from kdnx.web.templating import Shell, ShellViewer, make_environment, render

ENV = make_environment({"shell": "kdnx.web"})
HTML = "{http://www.w3.org/1999/xhtml}"
EVIL = '"><script>alert(1)</script>'


def make_shell(**over: Any) -> Shell:
    """A signed-in clerk on a demonstration."""
    values: dict[str, Any] = {
        "nav": [("Katalog", "/offerings", False), ("Vergaben", "/tenders", True)],
        "viewer": ShellViewer("Marlies Beispiel", "Nordrechen", ["Bewertung"]),
        "task_count": 7,
        "csrf_token": "token",
        "form_key": "key",
        "path": "/styleguide",
        "demo": True,
        "request_id": "r-1",
        "flashes": [("success", "Gespeichert.")],
    }
    return Shell(**(values | over))


def parse(text: str) -> Any:
    """The page as a tree; fails on any error of HTML5."""
    return html5lib.HTMLParser(strict=True).parse(text)


def page(**over: Any) -> str:
    """The style guide, which holds every macro."""
    return render(
        ENV, "shell/styleguide.html", {"shell": make_shell(**over), **styleguide.values()}
    )


def macro(name: str, *args: Any, **over: Any) -> str:
    """One macro of `shell/macros.html`, rendered on its own."""
    template = ENV.get_template("shell/macros.html")
    return str(getattr(template.make_module({"shell": make_shell()}), name)(*args, **over))


def test_every_macro_makes_valid_html() -> None:
    tree = parse(page())
    ids = [e.get("id") for e in tree.iter() if e.get("id")]
    assert len(ids) == len(set(ids))


def test_fields_are_labelled_and_described() -> None:
    tree = parse(page())
    ids = {e.get("id") for e in tree.iter()}
    labelled = {e.get("for") for e in tree.iter(f"{HTML}label")}
    wrapped = {id(c) for e in tree.iter(f"{HTML}label") for c in e.iter()}
    for tag in ("input", "select", "textarea"):
        for field in tree.iter(f"{HTML}{tag}"):
            if field.get("type") != "hidden":
                named = field.get("aria-label") or field.get("id") in labelled
                assert named or id(field) in wrapped, field.attrib
            assert set((field.get("aria-describedby") or "").split()) <= ids


def test_error_stands_at_the_field_and_in_the_summary() -> None:
    form = Form[Any](raw={"a.b": EVIL}, errors=[FieldError("a.b", "Bitte ausfüllen.")])
    field = macro("text_field", "a.b", "Titel", form=form, hint="höchstens 120 Zeichen")
    assert 'id="a-b"' in field
    assert 'aria-describedby="a-b-error a-b-hint" aria-invalid="true"' in field
    assert "Bitte ausfüllen." in field
    assert "<script" not in field
    summary = macro("error_summary", form.errors)
    assert 'href="#a-b"' in summary
    assert "1 Angabe fehlt noch" in summary


def test_form_keeps_what_was_typed() -> None:
    form = Form[Any](raw={"kind": "b", "price": "1.234.50", "note": "x", "yes": "on"})
    options = [("a", "A"), ("b", "B")]
    assert '<option value="b" selected>' in macro("select_field", "kind", "Art", options, form=form)
    assert 'value="b" checked' in macro("choice_field", "kind", "Art", options, form=form)
    assert 'value="1.234.50"' in macro("money_field", "price", "Preis", "9,99", form=form)
    assert ">x</textarea>" in macro("textarea_field", "note", "Notiz", form=form)
    assert " checked" in macro("checkbox", "yes", "Ja", form=form)
    assert " checked" not in macro("checkbox", "no", "Nein", form=form)


def test_choice_field_takes_several_values() -> None:
    options = [("a", "A"), ("b", "B"), ("c", "C")]
    text = macro("choice_field", "k", "Art", options, ["a", "c"], type="checkbox")
    assert text.count(" checked") == 2


def test_form_guard_carries_token_and_key() -> None:
    text = macro("form_guard")
    assert 'name="csrf_token" value="token"' in text
    assert 'name="form_key" value="key"' in text


def test_gauge_says_its_figures_and_shows_overrun_within_the_frame() -> None:
    text = macro("gauge", "Vertrag", [("Abgerufen", 700, 1), ("Reserviert", 500, 2)], 1000, "Rest")
    assert "Rest −2,00" in text.replace("\u00a0€", "")
    assert 'x="58.33%" width="41.67%"' in text


def test_lights_and_badges_always_say_the_word() -> None:
    assert ">überschritten</span>" in macro("light", "red", "überschritten")
    assert ">Entwurf</span>" in macro("badge", "draft", "Entwurf")


@pytest.mark.parametrize(
    "state", [("done", "Erledigt"), ("open", "Offen"), ("blocked", "Noch nicht möglich")]
)
def test_task_list_states(state: tuple[str, str]) -> None:
    text = macro("task_list", [("Eignung prüfen", "/x", state[0], "")])
    assert state[1] in text
    assert ("href" in text) == (state[0] != "blocked")


def test_header_for_a_guest_offers_sign_in_and_nothing_else() -> None:
    text = page(viewer=None, nav=())
    parse(text)
    assert "Anmelden" in text
    assert "Abmelden" not in text
    assert 'role="search"' not in text


def test_shell_has_skip_link_theme_and_legal_links() -> None:
    text = page(theme="dark")
    assert 'data-kern-theme="dark"' in text
    assert '<a class="kx-skip" href="#main">' in text
    for href in ("/accessibility", "/accessibility/report", "/glossary", "/help"):
        assert f'href="{href}"' in text
    assert "nur die Jahressummen 2023/2024 sind echt" in text
    assert "nur die Jahressummen" not in page(demo=False)


def test_navigation_marks_where_we_are() -> None:
    assert '<a href="/tenders" aria-current="true">' in page()
    assert '<a href="/tenders" aria-current="page">' in page(path="/tenders")


def test_problem_page_names_rule_and_next_step() -> None:
    problem = Refused(EVIL, rule="§ 134 Abs. 2 GWB", remedy="Bitte warten.", remedy_url="/lots/2")
    values = {"status": 409, "title": "Das geht so nicht", "problem": problem, "back": "/x"}
    text = render(ENV, "shell/problem.html", {"shell": make_shell(viewer=None, nav=()), **values})
    parse(text)
    for part in ("§ 134 Abs. 2 GWB", "Bitte warten.", 'href="/lots/2"', "r-1", 'href="/x"'):
        assert part in text
    assert "<script>alert" not in text


def test_empty_page_offers_the_first_step() -> None:
    values = {"title": "Leer", "text": "Noch nichts.", "action": ("Anlegen", "/new")}
    text = render(ENV, "shell/empty.html", {"shell": make_shell(), **values})
    parse(text)
    assert 'href="/new"' in text


def test_pagination_offers_only_what_exists() -> None:
    assert "rel=" not in macro("pagination")
    assert 'rel="next" href="/x?cursor=a"' in macro("pagination", "/x?cursor=a")


def test_heat_table_has_heads_sums_and_a_struck_diagonal() -> None:
    cells = [[("", "", ""), ("5", "kx-h1", "/a")], [("7", "kx-h5", ""), ("", "", "")]]
    text = macro(
        "heat_table", "Matrix", "Erbringer", ["A", "B"], ["A", "B"], cells, [5, 7], [7, 5], 12
    )
    assert text.count('scope="row"') == 3
    assert text.count("kx-none") == 2
    assert '<td class="kx-sum">12</td>' in text


def test_a_column_without_title_still_has_a_name() -> None:
    source = '{% from "shell/macros.html" import table with context %}{% call table("T", [("", false)]) %}{% endcall %}'
    assert "Aktion</span></th>" in ENV.from_string(source).render(shell=make_shell())
