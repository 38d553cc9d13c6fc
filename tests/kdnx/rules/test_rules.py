"""Dated rules: first content, reading by day, entering and approving by two persons, row security."""

from datetime import date

import asyncpg
import pytest

from kdnx.db.conn import Conn
from kdnx.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from kdnx.rules import store
from kdnx.rules.actions import approve_rule, enter_rule, reject_rule
from kdnx.rules.fields import VALUE_FIELDS
from kdnx.rules.words import as_typed, check_value, effect_of, explain, read_value
from tests.cast import Cast

NEXT = date(2028, 1, 1)
NEW = {"cents": 22_500_000}


@pytest.mark.parametrize(
    ("key", "on", "cents"),
    [
        ("supplies_services", date(2025, 12, 31), 22_100_000),
        ("supplies_services", date(2026, 1, 1), 21_600_000),
        ("supplies_services", date(2027, 12, 31), 21_600_000),
        ("supplies_services", date(2028, 1, 1), None),
        ("supplies_services", date(2023, 12, 31), None),
        ("social_services", date(2028, 1, 1), 75_000_000),
        ("works", date(2026, 6, 1), 540_400_000),
    ],
)
async def test_threshold_of_the_day(conn: Conn, key: str, on: date, cents: int | None) -> None:
    found = await store.find_rule(conn, "eu_threshold", key, on)
    assert (found.value["cents"] if found else None) == cents


async def test_minimum_periods_of_the_open_procedure(conn: Conn) -> None:
    value = (await store.get_rule(conn, "notice_period", "open", date(2026, 11, 23))).value
    assert (value["offer_days"], value["electronic_days"], value["urgent_days"]) == (35, 30, 15)


async def test_register_limit_changes_with_the_law(conn: Conn) -> None:
    before = await store.get_rule(conn, "register_limit", "competition_register", date(2026, 6, 30))
    after = await store.get_rule(conn, "register_limit", "competition_register", date(2026, 7, 1))
    assert (before.value["cents"], after.value["cents"]) == (3_000_000, 5_000_000)
    assert before.id != after.id


async def test_old_tax_law_ends_with_2026(conn: Conn) -> None:
    assert await store.find_rule(conn, "tax_code", "NALT", date(2026, 12, 31))
    assert await store.find_rule(conn, "tax_code", "NALT", date(2027, 1, 1)) is None
    codes = {r.key for r in await store.list_rules(conn, "tax_code", date(2027, 1, 1))}
    assert codes == {"U19", "F29", "FX", "N2B", "KU", "undecided"}


async def test_missing_rule_names_kind_and_day(conn: Conn) -> None:
    with pytest.raises(Refused, match=r"01\.01\.2028"):
        await store.get_rule(conn, "eu_threshold", "works", NEXT)


async def test_every_shipped_value_can_be_typed_again(conn: Conn) -> None:
    for rule in await store.list_rules(conn, None, date(2026, 11, 22)):
        assert explain(rule.kind, rule.value)
        fields = {f.name: f for f in VALUE_FIELDS.get(rule.kind, ()) if f.name in rule.value}
        if not fields:
            continue
        typed = {f"value_{n}": as_typed(f, rule.value[n]) for n, f in fields.items()}
        typed |= {
            f"value_{n}": "on" if rule.value[n] else ""
            for n, f in fields.items()
            if f.type == "flag"
        }
        again, errors = read_value(rule.kind, typed, set(fields))
        assert not errors
        assert again == {
            n: v for n, v in rule.value.items() if n in fields and v not in (None, "", [])
        }


async def test_two_persons_put_a_rule_into_force(conn: Conn, cast: Cast) -> None:
    office, second = cast.hub.viewer, cast.hub.second
    await conn.act_as(office)
    rule_id = await enter_rule(
        conn, office, kind="eu_threshold", key="works", valid_from=NEXT, value=NEW, source="Test-VO"
    )
    assert await store.find_rule(conn, "eu_threshold", "works", NEXT) is None
    with pytest.raises(Refused) as refusal:
        await approve_rule(conn, office, rule_id, row_version=1)
    assert refusal.value.code == "four_eyes"
    await conn.act_as(second)
    await approve_rule(conn, second, rule_id, row_version=1)
    found = await store.get_rule(conn, "eu_threshold", "works", NEXT)
    # the shipped row of that day ended the rule; version 2 replaces it
    assert (found.id, found.version, found.value) == (rule_id, 2, NEW)
    with pytest.raises(Refused):
        await reject_rule(conn, second, rule_id, row_version=2, note="zu spät")
    assert {n.action for n in conn.notes} == {"rule.enter", "rule.approve"}


async def test_only_one_version_waits(conn: Conn, cast: Cast) -> None:
    await conn.act_as(cast.office)
    args = {
        "kind": "surcharge",
        "key": "hub",
        "value": {"pct": "2.5", "fee_cents": 0},
        "source": "Beschluss",
    }
    await enter_rule(conn, cast.office, valid_from=date(2027, 1, 1), **args)
    with pytest.raises(Refused) as refusal:
        await enter_rule(conn, cast.office, valid_from=date(2027, 7, 1), **args)
    assert refusal.value.code == "rule_waiting"


async def test_rejection_needs_a_reason_and_changes_nothing(conn: Conn, cast: Cast) -> None:
    await conn.act_as(cast.office)
    rule_id = await enter_rule(
        conn, cast.office, kind="surcharge", key="hub", valid_from=date(2027, 1, 1),
        value={"pct": "3", "fee_cents": 0}, source="Beschluss",
    )  # fmt: skip
    await conn.act_as(cast.hub.second)
    with pytest.raises(Invalid):
        await reject_rule(conn, cast.hub.second, rule_id, row_version=1, note=" ")
    with pytest.raises(Conflict):
        await reject_rule(conn, cast.hub.second, rule_id, row_version=7, note="falsche Fassung")
    await reject_rule(conn, cast.hub.second, rule_id, row_version=1, note="nicht kostenbasiert")
    found = await store.get_rule(conn, "surcharge", "hub", date(2027, 6, 1))
    assert found.value["pct"] == "0"


async def test_members_keep_their_own_value_bands_only(conn: Conn, cast: Cast) -> None:
    nord = cast.nord.viewer
    await conn.act_as(nord)
    band = {"cents": 2_500_000, "procedure": "Direktauftrag", "norm": "Vergabesatzung"}
    args = {
        "kind": "value_band",
        "valid_from": date(2026, 1, 1),
        "value": band,
        "source": "Satzung",
    }
    await enter_rule(conn, nord, key="NORD:direct", **args)
    for key in ("SUED:direct", "NORD", "NORD:other"):
        with pytest.raises(Forbidden):
            await enter_rule(conn, nord, key=key, **args)
    with pytest.raises(Forbidden):
        await enter_rule(
            conn,
            nord,
            kind="eu_threshold",
            key="works",
            valid_from=NEXT,
            value=NEW,
            source="Test-VO",
        )


async def test_rules_bound_to_the_program_cannot_be_entered(conn: Conn, cast: Cast) -> None:
    await conn.act_as(cast.office)
    for kind, key in (
        ("posting_template", "booking"),
        ("eu_threshold", "unknown"),
        ("nothing", "x"),
    ):
        with pytest.raises(NotFound):
            await enter_rule(
                conn, cast.office, kind=kind, key=key, valid_from=NEXT, value=NEW, source="Test-VO"
            )


async def test_no_statement_of_the_application_makes_a_rule_valid_alone(
    conn: Conn, cast: Cast
) -> None:
    await conn.act_as(cast.office)
    insert = """
    INSERT INTO kdnx.rule (kind, key, valid_from, version, value, source, state, entered_by)
    VALUES ('eu_threshold', 'works', '2026-05-01', 1, '{"cents": 1}', 'x y z', $1, $2)
    """
    person = cast.office.person_id
    for state, by in (
        ("approved", person),
        ("approved", None),
        ("entered", cast.nord.viewer.person_id),
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with conn.savepoint():
                await conn.execute(insert, state, by)
    await conn.execute(insert, "entered", person)
    with pytest.raises(asyncpg.CheckViolationError):
        async with conn.savepoint():
            await conn.execute(
                "UPDATE kdnx.rule SET state = 'approved', approved_by = $1 WHERE valid_from = '2026-05-01'",
                person,
            )
    for statement in ("DELETE FROM kdnx.rule", "UPDATE kdnx.rule SET value = NULL"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with conn.savepoint():
                await conn.execute(statement)
    touched = await conn.execute("UPDATE kdnx.rule SET note = 'x' WHERE state = 'approved'")
    assert touched == 0


def test_effect_in_words() -> None:
    lines = effect_of(
        None, NEW, "eu_threshold", valid_from=NEXT, today=date(2026, 11, 22), until=None
    )
    assert lines[0] == "Gilt ab 01.01.2028."
    assert any("225.000,00" in line for line in lines)
    past = effect_of(
        None, None, "eu_threshold", valid_from=date(2026, 1, 1), today=NEXT, until=NEXT
    )
    assert "01.01.2028" in past[0]
    assert "keine Regel" in past[1]
    assert "behalten ihre Fassung" in past[-1]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("eu_threshold", {"cents": "216000"}),
        ("eu_threshold", {"cents": -1}),
        ("eu_threshold", {"cents": True}),
        ("eu_threshold", {"other": 1}),
        ("eu_threshold", {}),
        ("surcharge", {"pct": "101"}),
        ("surcharge", {"pct": "NaN"}),
        ("confirmation_policy", {"silence": "agree"}),
        ("holiday", {"subdivision": "XX"}),
        ("holiday", {"extra_days": ["2026-13-01"]}),
    ],
)
def test_wrong_json_values_are_refused(kind: str, value: dict[str, object]) -> None:
    assert check_value(kind, value)


async def test_check_finds_a_rule_that_ends(conn: Conn, cast: Cast) -> None:
    assert await conn.fetch(store.MISSING_TODAY) == []
    await conn.act_as(cast.office)
    rule_id = await enter_rule(
        conn,
        cast.office,
        kind="surcharge",
        key="hub",
        valid_from=conn.today,
        value=None,
        source="Beschluss",
    )
    await conn.act_as(cast.hub.second)
    await approve_rule(conn, cast.hub.second, rule_id, row_version=1)
    assert [r["kind"] for r in await conn.fetch(store.MISSING_TODAY)] == ["surcharge"]
