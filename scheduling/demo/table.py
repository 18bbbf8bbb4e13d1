"""The 120 visits of DOMAIN.md §6, one a line, as of 23 November 2026. Pure.

Columns: day, time, programme, group (+ group), host (+ co-host), room ("ute": we go out), state,
judgement (+ lyckat, o delvis, - mindre lyckat), how the answer came, and marks: "n4" carries the
fourth note, the others name an edge case. "counter" is an offer that met a wish for another time.
"""

from dataclasses import dataclass
from datetime import date, time
from functools import cache
from typing import Final

from scheduling.states import AnswerChannel, Judgement, VisitState

_STATES: Final = {
    "held": VisitState.HELD,
    "partly": VisitState.PARTLY_HELD,
    "none": VisitState.NONE_CAME,
    "partner": VisitState.CANCELLED_BY_PARTNER,
    "us": VisitState.CANCELLED_BY_US,
    "confirmed": VisitState.CONFIRMED,
    "offered": VisitState.OFFERED,
    "counter": VisitState.OFFERED,
    "draft": VisitState.DRAFT,
    "declined": VisitState.DECLINED,
}
_JUDGEMENTS: Final = {
    "+": Judgement.SUCCESS,
    "o": Judgement.PARTIAL,
    "-": Judgement.LESS_SUCCESSFUL,
}
_CHANNELS: Final = {
    "link": AnswerChannel.LINK,
    "phone": AnswerChannel.PHONE,
    "sms": AnswerChannel.SMS_LINK,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    day: date
    clock: time
    programme: str
    groups: tuple[str, ...]
    hosts: tuple[str, ...]
    room: str | None
    state: VisitState
    countered: bool
    judgement: Judgement | None
    channel: AnswerChannel | None
    marks: frozenset[str]


@cache
def rows() -> tuple[Row, ...]:
    """The table's lines in their order."""
    return tuple(_row(*line.split()) for line in _TABLE.strip().splitlines())


def _row(
    day: str,
    clock: str,
    programme: str,
    groups: str,
    hosts: str,
    room: str,
    state: str,
    judgement: str,
    channel: str,
    *marks: str,
) -> Row:
    hour, minute = clock.split(".")
    return Row(
        day=date.fromisoformat(day),
        clock=time(int(hour), int(minute)),
        programme=programme,
        groups=tuple(groups.replace("_", " ").split("+")),
        hosts=tuple(hosts.split("+")),
        room=None if room == "ute" else room,
        state=_STATES[state],
        countered=state == "counter",
        judgement=_JUDGEMENTS.get(judgement),
        channel=_CHANNELS.get(channel),
        marks=frozenset(marks),
    )


_TABLE: Final = """
2026-02-02 10.00 digital Datagruppen       robin     Datasalen      held      + link
2026-02-03 10.00 forsta  Portgruppen       sam+mika  Näcken         us        . phone
2026-02-04 10.00 forsta  Onsdagsgruppen    sam       Näcken         held      + link
2026-02-05 10.00 forsta  Förmiddagsgruppen sam       Näcken         held      + link
2026-02-11 13.00 skriv   Skrivarna         alex      Skrivarrummet  held      + link
2026-02-12 10.00 forsta  Torsdagsresan     sam       Näcken         none      . link
2026-02-18 10.00 forsta  Portgruppen       sam+mika  Näcken         held      o phone
2026-02-25 13.00 skriv   Skrivarna         alex      Skrivarrummet  held      + link
2026-02-26 10.00 forsta  Morgongruppen     sam+mika  Näcken         none      . phone
2026-03-03 10.00 digital Datagruppen       robin     Datasalen      held      + link
2026-03-04 10.00 digital Onsdagsgruppen    robin     Datasalen      held      + link
2026-03-05 10.00 digital Förmiddagsgruppen robin     Datasalen      none      . phone
2026-03-11 13.00 skriv   Skrivarna         alex      Skrivarrummet  held      o link
2026-03-12 10.00 forsta  Torsdagsresan     sam       Näcken         held      + link
2026-03-17 10.00 forsta  Tisdagsgruppen    sam       Näcken         none      . phone
2026-03-19 10.00 forsta  Fikagruppen       sam       Studion        held      + sms
2026-03-23 10.00 digital Datagruppen       robin     Datasalen      none      . link
2026-03-24 10.00 digital Förmiddagsgruppen robin     Datasalen      held      + link
2026-03-25 13.00 skriv   Skrivarna         alex      Skrivarrummet  held      + link
2026-03-26 10.00 forsta  Läsgruppen        sam       Näcken         partner   . link
2026-03-31 10.00 forsta  Morgongruppen     sam+mika  Näcken         held      - phone
2026-04-01 10.00 digital Onsdagsgruppen    robin     Datasalen      held      + link
2026-04-07 10.00 digital Portgruppen       robin+mika Datasalen      partner   . phone
2026-04-08 13.00 skriv   Skrivarna         alex      Skrivarrummet  held      + link
2026-04-15 10.00 forsta  Onsdagsgruppen    sam       Näcken         partner   . link
2026-04-18 11.00 forsta  Tisdagsgruppen    sam       Näcken         held      o link
2026-04-21 10.00 digital Förmiddagsgruppen robin     Datasalen      held      + link
2026-04-22 13.00 skriv   Skrivarna         alex      Skrivarrummet  held      + link
2026-04-28 10.00 forsta  Nya_hem           sam       Näcken         partly    o sms
2026-04-30  8.00 lugn    Läsgruppen        alex      Näcken         held      + link
2026-05-06 13.00 skriv   Skrivarna         alex      Skrivarrummet  held      o link
2026-05-07 10.00 forsta  Torsdagsresan     sam       Näcken         held      + link  title
2026-05-11 10.00 digital Datagruppen       robin     Datasalen      none      . link
2026-05-12 10.00 lugn    Morgongruppen     sam+mika  Skrivarrummet  held      o phone
2026-05-15 10.00 forsta  Nya_hem           sam       Näcken         held      + sms   bridge
2026-05-19 10.00 digital Tisdagsgruppen    robin     Datasalen      partly    o link
2026-05-20 13.00 skriv   Skrivarna         alex      Skrivarrummet  held      + link
2026-05-21 10.00 lugn    Läsgruppen        alex      Näcken         held      + phone
2026-05-22 10.00 forsta  Fikagruppen       sam       Studion        partly    o sms
2026-05-26 10.00 lana    Morgongruppen     sam+mika  Näcken         held      o phone
2026-05-28 10.00 lugn    Torsdagsresan     alex      Näcken         held      + link
2026-06-01 10.00 digital Datagruppen       robin     Datasalen      partly    o link
2026-06-02 10.00 lana    Portgruppen       sam+mika  Näcken         held      o phone
2026-06-09 10.00 forsta  Förmiddagsgruppen sam       Näcken         held      o link
2026-06-23 10.00 digital Tisdagsgruppen    robin     Datasalen      partly    o link
2026-06-25 10.00 lana    Morgongruppen     sam+mika  Näcken         held      + phone
2026-06-26 10.00 digital Nya_hem           robin     Datasalen      partly    o link
2026-07-01 10.00 lana    Onsdagsgruppen    sam       Näcken         held      o link
2026-07-02 10.00 lugn    Läsgruppen        alex      Näcken         held      - link
2026-08-04 10.00 forsta  Nya_vänner        sam       Näcken         partner   . sms
2026-08-11 10.00 digital Datagruppen       robin     Datasalen      held      - phone
2026-08-25 10.00 lana    Nya_vänner        sam       Näcken         held      + sms
2026-08-27  8.00 lugn    Torsdagsresan     alex      Näcken         none      . link
2026-08-28 13.00 tidning Fikagruppen       mika      ute            held      - sms   n10
2026-09-02 13.00 skriv   Skrivarna         alex      Skrivarrummet  held      - phone
2026-09-03 10.00 forsta  Spår_2C           sam       Studion        partner   . phone
2026-09-04 10.00 digital Nya_hem           robin     Datasalen      held      + sms
2026-09-08 10.00 forsta  Spår_1A           sam       Hörsalen       held      + link
2026-09-10 10.00 lugn    Läsgruppen        alex      Näcken         partly    o phone
2026-09-11 10.00 lana    Fikagruppen       sam       Studion        held      + sms
2026-09-15 10.00 forsta  Morgongruppen     sam+mika  Näcken         held      + phone same_hour
2026-09-15 10.00 lana    Portgruppen       robin+charlie Studion        held      + phone same_hour
2026-09-16 13.00 skriv   Skrivarna         alex      Skrivarrummet  held      + link
2026-09-17 10.00 digital Tallarna          robin     Datasalen      partly    o phone
2026-09-22 10.00 lana    Nya_vänner        sam       Näcken         none      . sms   n3
2026-09-24 10.00 lugn    Spår_2C           alex      Studion        held      + link
2026-09-29 13.00 slakt   Tisdagsgruppen    charlie   Studion        partner   . phone
2026-09-30 13.00 skriv   Skrivarna         alex      Skrivarrummet  held      + link  n6
2026-10-01 10.00 forsta  Grupp_B           sam       Näcken         held      - link
2026-10-02 10.00 tidning Fikagruppen       mika      Tidningshörnan held      + sms
2026-10-05 10.00 lugn    Torsdagsresan     alex      Näcken         partner   . link
2026-10-06 10.00 digital Datagruppen       robin     Datasalen      held      o link  n2
2026-10-07 10.00 lana    Onsdagsgruppen    sam       Näcken         held      o link  n5
2026-10-08 13.00 slakt   Läsgruppen        charlie   Studion        held      + link
2026-10-12 10.00 forsta  Spår_1A           sam       Studion        held      o link  n7
2026-10-14 13.00 skriv   Skrivarna         alex      Skrivarrummet  held      + link
2026-10-20 13.00 slakt   Tisdagsgruppen    charlie   Studion        partner   . link
2026-10-21 10.00 lana    Tallarna          sam       Näcken         held      + phone
2026-10-22  8.00 lugn    Morgongruppen     sam+mika  Skrivarrummet  held      + phone n4
2026-10-25 13.00 tidning Fikagruppen       mika      Tidningshörnan held      + sms   clock_change
2026-10-27 10.00 tidning Nya_vänner        mika      Tidningshörnan held      - link  n8
2026-10-28 13.00 skriv   Skrivarna         alex      Skrivarrummet  us        . link
2026-10-29 13.00 slakt   Läsgruppen        charlie   Studion        held      + link
2026-11-02 10.00 lana    Spår_1A           sam       Hörsalen       held      - link
2026-11-03 10.00 forsta  Tisdagsgruppen    sam       Näcken         held      + link  n9
2026-11-05 10.00 lugn    Grupp_B           sam       Skrivarrummet  partner   . phone
2026-11-05 10.30 forsta  Spår_2C           mika      Studion        held      + link
2026-11-06 13.00 slakt   Fikagruppen       charlie   Studion        held      + sms
2026-11-09 10.00 digital Datagruppen       robin     Datasalen      partner   . link
2026-11-10 10.00 forsta  Nya_vänner        sam       Näcken         held      + sms   n1
2026-11-11 13.00 skriv   Skrivarna         alex      Skrivarrummet  held      + link
2026-11-12 10.00 lana    Tallarna          sam       Näcken         us        . phone
2026-11-13 10.00 lugn    Nya_hem           alex      Skrivarrummet  held      + sms
2026-11-16 10.00 lana    Spår_1A           sam       Hörsalen       held      + link
2026-11-19 10.00 tidning Morgongruppen     sam+mika  Tidningshörnan none      . phone
2026-11-20 13.00 slakt   Fikagruppen       charlie   Studion        held      - sms
2026-11-23 10.00 digital Datagruppen       robin     Datasalen      confirmed . link
2026-11-24 10.00 digital Tisdagsgruppen    robin     Datasalen      confirmed . phone
2026-11-25 13.00 skriv   Skrivarna         alex      Skrivarrummet  confirmed . link
2026-11-26 10.00 lugn    Torsdagsresan     alex      Näcken         confirmed . link
2026-11-30 10.00 lana    Spår_1A           sam       Hörsalen       offered   . .
2026-12-01 10.00 forsta  Nya_vänner        sam       Näcken         confirmed . sms
2026-12-02 10.00 forsta  Onsdagsgruppen    sam       Näcken         offered   . .
2026-12-03 10.00 forsta  Fikagruppen       sam       Studion        offered   . .
2026-12-08 10.00 forsta  Spår_1A           sam       Näcken         confirmed . link  tight
2026-12-09 13.00 skriv   Skrivarna         alex      Skrivarrummet  confirmed . link
2026-12-10  8.00 lugn    Läsgruppen        alex      Näcken         counter   . link
2026-12-15  8.00 lugn    Morgongruppen     sam+mika  Skrivarrummet  offered   . .
2026-12-16 10.00 forsta  Tallarna          sam       Näcken         declined  . phone
2026-12-30 10.00 lugn    Läsgruppen        alex      Näcken         confirmed . link  week53
2027-01-04 10.00 forsta  Spår_2C           sam       Studion        offered   . .     bridge
2027-01-12 13.00 slakt   Nya_vänner        charlie   Studion        confirmed . sms   after_n1
2027-01-13 10.00 digital Onsdagsgruppen    robin     Datasalen      offered   . .
2027-01-14 10.00 lugn    Spår_2C           alex      Studion        counter   . link
2027-01-19 13.00 slakt   Tisdagsgruppen    charlie   Studion        confirmed . link
2027-01-20 10.00 digital Tallarna          robin     Datasalen      confirmed . phone
2027-01-21 10.00 lugn    Grupp_B           sam       Skrivarrummet  offered   . .
2027-01-26 10.00 digital Datagruppen       robin     Datasalen      draft     . .
2027-01-27 10.00 forsta  Nya_vänner+Tisdagsgruppen sam       Näcken         draft     . .
2027-01-28 10.00 tidning Torsdagsresan     mika      Tidningshörnan draft     . .
"""
