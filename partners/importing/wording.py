"""What is wrong with a file, said so that it can be mended. Never repeats an identity number."""

from django.utils.translation import gettext as _

from core.screening import mask
from partners.importing.places import row_of
from partners.importing.problems import Code, Problem


def sentence(problem: Problem) -> str:
    """``problem`` in the user's language."""
    if problem.code is Code.REFUSED:
        return str(problem.values["text"])
    values = {name: mask(str(value)) for name, value in problem.values.items()}
    if "row" in problem.values:
        values["row"] = str(row_of(int(str(problem.values["row"]))))
    return _sentences()[problem.code] % values


def _sentences() -> dict[Code, str]:
    return {**_of_files(), **_of_workbooks(), **_of_rows(), **_of_notices()}


def _of_files() -> dict[Code, str]:
    return {
        Code.EMPTY: _("Filen är tom."),
        Code.TOO_LARGE: _("Filen är för stor. Dela den så att varje del är högst %(most)s MB."),
        Code.NOT_CSV: _(
            "Det här är en fil av slaget %(kind)s. Spara listan som Excel (.xlsx) eller CSV och "
            "försök igen."
        ),
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
            "Ingen rubrik för organisation finns överst i listan. Där står: %(columns)s."
        ),
        Code.COLUMN_TWICE: _("Kolumnerna %(columns)s betyder samma sak. Behåll en av dem."),
    }


def _of_workbooks() -> dict[Code, str]:
    return {
        Code.LOCKED: _("Filen är låst med lösenord. Spara den utan lösenord och försök igen."),
        Code.OLD_WORKBOOK: _(
            "Filen är från ett äldre Excel eller ett annat program. Spara listan som Excel (.xlsx) "
            "och försök igen."
        ),
        Code.BROKEN_WORKBOOK: _(
            "Excelfilen är avklippt eller skadad. Öppna den i Excel, spara den på nytt och försök "
            "igen."
        ),
        Code.UNPACKS_TOO_LARGE: _(
            "Excelfilen blir för stor när den packas upp. Kopiera bara listan till en ny fil och "
            "försök igen."
        ),
        Code.SHEET_TOO_WIDE: _(
            "Ett blad i Excelfilen har innehåll långt ner eller långt åt höger. Kopiera bara "
            "listan till en ny fil och försök igen."
        ),
    }


def _of_notices() -> dict[Code, str]:
    return {
        Code.FIRST_OF_SEVERAL: _("Flera värden står här; det första används."),
        Code.SEVERAL_CONTACTS: _("Cellen namnger flera kontakter; var och en blir sin egen."),
        Code.SUM_ROW: _("Raden är en summa och läses inte in."),
        Code.FOOTNOTE: _("Raden är en anteckning under listan och läses inte in."),
        Code.SHEET_LEFT: _("Bladet %(sheet)s ser inte ut som ett register och läses inte in."),
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
        Code.FORMULA_FAILED: _("En formel i cellen har inget värde. Skriv värdet i stället."),
        Code.IDENTITY_NUMBER: _(
            "Raden verkar innehålla ett personnummer. Ta bort det; enskilda personer ska inte stå "
            "i registret."
        ),
        Code.CONTRADICTS: _("Rad %(row)s säger något annat. Skriv samma på båda."),
    }
