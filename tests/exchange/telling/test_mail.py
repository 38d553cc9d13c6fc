"""What leaves the house about an order: the words of the kind and the link, nothing of its content."""

from dataclasses import replace

from catalog.announcing.actions import NOTICES
from exchange.telling.actions import PLACES
from kdnx.app import make_house
from kdnx.config import Settings
from kdnx.db.conn import Conn
from kdnx.notices.mail import deliver_outbox
from kdnx.notices.model import KIND_LABELS, TOPICS, topic_of
from procurement.telling.actions import SENTENCES
from tests.cast import Cast
from tests.conftest import OneConnection
from tests.exchange.order_build import an_order_at
from tests.kdnx.notices.smtp import smtp_server


def test_every_kind_has_words_that_may_leave() -> None:
    kinds = {
        *(kind for kind, _sentence in NOTICES.values()), *(f"booking.{k}" for k in PLACES), *SENTENCES,
        "demand.release", "tender.created", "order.moved", "order.submitted", "order.approved",
    }  # fmt: skip
    assert kinds <= set(KIND_LABELS)
    assert {topic_of(k) for k in kinds} <= set(TOPICS)


async def test_mail_about_an_order_names_nobody(conn: Conn, cast: Cast, settings: Settings) -> None:
    order = await an_order_at(conn, cast, "offered")
    with smtp_server() as (url, inbox):
        house = make_house(replace(settings, smtp_url=url), clock=lambda: conn.now)
        house.pool_ = OneConnection(conn.raw)  # type: ignore[assignment]  # the same interface
        house.title = "Testverbund"
        while await deliver_outbox(house):
            pass
    assert inbox.messages
    for message in inbox.messages:
        text = message.as_string() + message.get_content()
        assert f"/orders/{order.id}" in message.get_content()
        for secret in (order.number or "?", order.title, "Nordrechen", "Suedrechen"):
            assert secret not in text
