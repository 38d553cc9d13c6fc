"""A catalogue to search in: the base services of the demonstration, one offering each, and some more."""

from kdnx.db.conn import Conn
from kdnx.demo.catalogue import services
from kdnx.ids import named_id
from tests.cast import Cast
from tests.catalog.build import an_offering

# what the golden questions need beyond it: compounds in the title, and what must not be found beside them
MORE = (
    ("line_of_business", "Einwohnerfachverfahren", "Betrieb für Bürgerämter", "Mit Auskunft und Statistik."),
    ("line_of_business", "Einwohnermeldewesen als Vollbetrieb", "Anwendung mit Betreuung", "Für kreisangehörige Gemeinden."),
    ("line_of_business", "Deichverbandsverfahren", "Mitgliederliste und Umlage der Deichverbände", "Hebung und Bescheide."),
    ("security", "Notfallhandbuch und BCM-Begleitung", "Wiederanlaufpläne schreiben und üben", "Mit Vorlagen und Übung."),
    ("hosting", "Colocation Nord", "Fläche im Serverraum", "Strom nach Zähler."),
    ("portals", "Straßensperrungen online", "Baustellen anzeigen", "Karte für die Öffentlichkeit."),
)  # fmt: skip


async def stock(conn: Conn, cast: Cast) -> None:
    """Publish everything for all members, by two houses in turn."""
    texts = [(s.category, s.title, s.summary, s.about) for s in services()] + list(MORE)
    for n, (category, title, summary, about) in enumerate(texts):
        await an_offering(
            conn, (cast.nord, cast.sued)[n % 2], title, category_id=named_id("category", category),
            summary=summary, description=about, reference=f"stock-{n}",
        )  # fmt: skip
