"""The people of the demonstration, all invented: personas to click, and two colleagues at every member."""

from dataclasses import dataclass

from kdnx.viewer import Role

ISSUER = "urn:kdnx:demonstration"
R = Role
EDITS = (R.OFFERING_EDITOR, R.DEMAND_EDITOR, R.BOOKING_CLERK)
APPROVES = (R.OFFERING_APPROVER, R.DEMAND_APPROVER, R.BOOKING_APPROVER)


@dataclass(frozen=True)
class Player:
    """Somebody in the script: `key` names the person in steps, `about` says in a line what he may do."""

    key: str
    name: str
    member: str
    roles: tuple[Role, ...]
    about: str = ""
    is_persona: bool = True


PERSONAS = (
    Player(
        "petra",
        "Petra Muster",
        "M21",
        (R.OFFERING_EDITOR, R.BOOKING_CLERK),
        "pflegt die Leistungen des größten Anbieters, macht Angebote und schlägt Buchungen vor",
    ),
    Player(
        "paul",
        "Paul Probe",
        "M21",
        (R.OFFERING_APPROVER, R.BOOKING_APPROVER),
        "veröffentlicht Leistungen, zeichnet Leistungsscheine und bestätigt Buchungen",
    ),
    Player(
        "birgit",
        "Birgit Beispiel",
        "M24",
        (R.DEMAND_EDITOR, R.BOOKING_CLERK),
        "fragt Leistungen an und meldet Bedarf eines kleinen Hauses, das nur bezieht",
    ),
    Player(
        "bernd",
        "Bernd Bedarf",
        "M24",
        (R.DEMAND_APPROVER, R.BOOKING_APPROVER),
        "gibt Bedarf frei, zeichnet Leistungsscheine, bestätigt oder bestreitet Buchungen",
    ),
    Player(
        "erwin",
        "Erwin Entwurf",
        "M23",
        (*EDITS, R.WORKING_GROUP_LEAD),
        "leitet einen Arbeitskreis, liefert und bezieht: Leistungen, Bedarf und Buchungen eines zweiten großen Hauses",
    ),
    Player(
        "frieda",
        "Frieda Freigabe",
        "M23",
        APPROVES,
        "die zweite Person dazu: veröffentlicht, gibt frei, zeichnet und bestätigt",
    ),
    Player(
        "vera",
        "Vera Verfahren",
        "HUB",
        (R.PROCUREMENT_OFFICER,),
        "führt Bedarfsabfragen, bündelt und bereitet Vergaben vor",
    ),
    Player(
        "viktor",
        "Viktor Vermerk",
        "HUB",
        (R.PROCUREMENT_APPROVER,),
        "gibt Vergaben und neue Regeln frei",
    ),
    Player(
        "gisela",
        "Gisela Geschäftig",
        "HUB",
        (R.CONTRACT_MANAGER, R.OFFERING_APPROVER, R.BOOKING_CLERK),
        "Geschäftsstelle: sieht alle Verträge und zeichnet für die Drehscheibe",
    ),
    Player(
        "julia",
        "Julia Jura",
        "HUB",
        (R.LEGAL_OFFICER,),
        "prüft den rechtlichen Weg jedes Leistungsscheins und trägt Regeln ein",
    ),
    Player(
        "theo", "Theo Tarif", "HUB", (R.TAX_OFFICER,), "prüft den Steuerfall und trägt Regeln ein"
    ),
    Player(
        "anton",
        "Anton Anlage",
        "HUB",
        (R.ADMINISTRATOR,),
        "verwaltet Mitglieder, Rollen und Zugänge",
    ),
    Player(
        "agathe",
        "Agathe Amtlich",
        "HUB",
        (R.ADMINISTRATOR,),
        "die zweite Person der Verwaltung: vollzieht Rechtsnachfolgen",
    ),
    Player(
        "leo",
        "Leo Lenker",
        "HUB",
        (R.COMMITTEE,),
        "Lenkungsausschuss: sieht Jahresvolumen, keine Einzelverträge",
    ),
    Player(
        "rita",
        "Rita Revision",
        "HUB",
        (R.AUDITOR,),
        "Revision: liest alles, auch Prüfspur und Buchungskette, ändert nichts",
    ),
)
FIRST = (
    "Anke",
    "Bodo",
    "Carla",
    "Dirk",
    "Elke",
    "Falk",
    "Gerda",
    "Holger",
    "Ina",
    "Jörg",
    "Karla",
    "Lutz",
    "Marga",
    "Nils",
)
LAST = (
    "Beispielsfeld",
    "Musterberg",
    "Probst-Muster",
    "Testhagen",
    "Vorlagen",
    "Fiktion",
    "Ersatzmann",
)


def colleagues(codes: list[str]) -> list[Player]:
    """Two people of every member: one writes, the other releases; for answers and bookings of the script."""
    found = []
    for place, code in enumerate(codes):
        for side, roles in enumerate((EDITS, APPROVES)):
            n = 2 * place + side
            name = f"{FIRST[n % len(FIRST)]} {LAST[(n // len(FIRST) + n) % len(LAST)]}"
            found.append(Player(f"{code}.{'ab'[side]}", name, code, roles, is_persona=False))
    return found
