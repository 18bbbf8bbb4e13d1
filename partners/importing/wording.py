"""What is wrong with a file, said so that it can be mended. Never repeats an identity number."""

from django.utils.translation import gettext as _

from core.screening import mask
from partners.importing.problems import Code, Problem


def sentence(problem: Problem) -> str:
    """``problem`` in the user's language."""
    if problem.code is Code.REFUSED:
        return str(problem.values["text"])
    values = {name: mask(str(value)) for name, value in problem.values.items()}
    return _sentences()[problem.code] % values


def _sentences() -> dict[Code, str]:
    return {**_of_files(), **_of_rows()}


def _of_files() -> dict[Code, str]:
    return {
        Code.EMPTY: _("Filen är tom."),
        Code.TOO_LARGE: _("Filen är för stor. Dela den så att varje del är högst %(most)s MB."),
        Code.NOT_CSV: _("Det här är en fil av slaget %(kind)s. Spara den som CSV och försök igen."),
        Code.BINARY: _("Filen är inte en textfil. Spara den som CSV och försök igen."),
        Code.BROKEN_TEXT: _("Filen är avklippt eller skadad. Spara den som CSV UTF-8 på nytt."),
        Code.MIXED_TEXT: _("Filen blandar två teckenkodningar. Spara den som CSV UTF-8 på nytt."),
        Code.GARBLED_TEXT: _(
            "Å, ä och ö har blivit fel i filen, som i ”fÃ¶rening”. Spara den som CSV UTF-8 på nytt."
        ),
        Code.BROKEN_QUOTES: _(
            "Ett citattecken på rad %(row)s eller längre ner avslutas inte som det ska."
        ),
        Code.TOO_MANY_ROWS: _("Filen har fler än %(most)s rader. Dela den i flera."),
        Code.NO_ROWS: _("Filen har rubriker men inga rader."),
        Code.NO_ORGANISATION_COLUMN: _(
            "Kolumnen Organisation saknas på första raden. Där står: %(columns)s."
        ),
        Code.COLUMN_TWICE: _("Kolumnerna %(columns)s betyder samma sak. Behåll en av dem."),
    }


def _of_rows() -> dict[Code, str]:
    return {
        Code.CELL_COUNT: _("Raden har %(cells)s celler, men rubrikraden har %(columns)s."),
        Code.MISSING: _("Fyll i organisationens namn."),
        Code.NO_GROUP: _("Raden beskriver en grupp. Fyll i gruppens alias."),
        Code.NO_CONTACT: _("Raden beskriver en kontakt. Fyll i kontaktens namn."),
        Code.NOT_A_CHOICE: _("Skriv något av: %(choices)s."),
        Code.NOT_YES_OR_NO: _("Skriv ja eller nej."),
        Code.NOT_A_WEEKDAY: _("Skriv veckodagen med ord, till exempel tisdag."),
        Code.NOT_A_TIME: _("Skriv tiden som 10.00."),
        Code.SIZE_IS_A_DATE: _(
            "Kalkylprogrammet har gjort om storleken till ett datum. Skriv ”4–6 personer”."
        ),
        Code.CONTRADICTS: _("Rad %(row)s säger något annat. Skriv samma på båda."),
    }
