"""The languages we write in. Easy Swedish (lättläst) is a language like the others: own texts."""

from django.utils.translation import gettext_lazy as _

#: Easy Swedish as a language tag (BCP 47, private use). Its texts stand in ``easy/``; what has no
#: easier text of its own is said in plain Swedish.
EASY = "sv-x-lattlast"
LANGUAGES = ("sv", EASY, "en")
LABELS = {"sv": _("Svenska"), EASY: _("Lätt svenska"), "en": _("Engelska")}
