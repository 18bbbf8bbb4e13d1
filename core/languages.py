"""The languages we write in. Easy Swedish (lättläst) is a language like the others: own texts."""

import re

from django.utils.translation import gettext_lazy as _

#: Easy Swedish as a language tag (BCP 47, private use). Its texts stand in ``easy/``; what has no
#: easier text of its own is said in plain Swedish.
EASY = "sv-x-lattlast"
LANGUAGES = ("sv", EASY, "en")
LABELS = {"sv": _("Svenska"), EASY: _("Lätt svenska"), "en": _("Engelska")}

#: In the texts of ``easy/``: here begins a new line, one thing on each.
BREAK = re.compile(r"[ \n]*¶[ \n]*")


def lines_of_text(words: str) -> str:
    """Easy Swedish as plain text: each thing on a line of its own."""
    return BREAK.sub("\n", words)


def lines_of_html(page: str) -> str:
    """The same in a page or an HTML letter."""
    return BREAK.sub("<br>", page)
