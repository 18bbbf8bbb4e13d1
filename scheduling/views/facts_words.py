"""A visit's facts in words, for the pages of visit and host."""

from django.utils.translation import gettext as _

from partners.models import ACCESS_NEED_LABELS
from scheduling.booking.needs import Needs
from scheduling.models import (
    DIET_LABELS,
    INTERPRETER_STATE_LABELS,
    SIDE_LABELS,
    TRAVEL_LABELS,
    Diet,
    InterpreterState,
    Side,
    Travel,
    Visit,
)


def diets(visit: Visit) -> str:
    """ "2 glutenfritt, 1 veganskt", and what was written in words."""
    counted = [f"{number} {DIET_LABELS[Diet(name)]}" for name, number in visit.diet_counts.items()]
    return ", ".join([*counted, *filter(None, [visit.diets])])


def needs(given: Needs) -> str:
    """ "Rullstol, tolk: arabiska, 2 glutenfritt"; empty where nothing is needed."""
    words = [str(ACCESS_NEED_LABELS[need]) for need in given.access]
    if given.interpreter:
        words.append(_("Tolk: %(language)s") % {"language": given.interpreter})
    words += [f"{number} {DIET_LABELS[diet]}" for diet, number in given.diets.items() if number]
    return ", ".join(words)


def interpreter(visit: Visit) -> str:
    """ "Tolk: arabiska, bokad av partnern"; empty where none is needed."""
    if not visit.interpreter:
        return ""
    words = _("Tolk: %(language)s") % {"language": visit.interpreter}
    state = InterpreterState(visit.interpreter_state)
    if state is not InterpreterState.NONE or visit.interpreter_by:
        words += f" ({str(INTERPRETER_STATE_LABELS[state]).lower()}"
        if visit.interpreter_by:
            words += f", {str(SIDE_LABELS[Side(visit.interpreter_by)]).lower()}"
        words += ")"
    return words


def sundry(visit: Visit) -> list[str]:
    """Travel, cards and photos, a line each."""
    words = []
    if visit.travel_by:
        words.append(_("Kommer: %(how)s") % {"how": str(TRAVEL_LABELS[Travel(visit.travel_by)])})
    if visit.tickets_by:
        side = str(SIDE_LABELS[Side(visit.tickets_by)])
        words.append(_("Busskort: %(side)s") % {"side": side})
    if visit.card_count:
        words.append(_("Ungefär %(count)d vill skaffa lånekort") % {"count": visit.card_count})
    elif visit.card_signup:
        words.append(_("Den som vill får skaffa lånekort"))
    words.append(_("Foton går bra") if visit.photos_agreed else _("Inga foton"))
    return words
