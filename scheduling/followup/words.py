"""What codes of follow-ups, efforts and answers are called on pages, in charts and exports."""

from django.utils.translation import gettext_lazy as _

from scheduling.states import AnswerChannel, Judgement, Mission, ReceiverKind

JUDGEMENTS = {
    Judgement.SUCCESS: _("Lyckat"),
    Judgement.PARTIAL: _("Delvis"),
    Judgement.LESS_SUCCESSFUL: _("Mindre lyckat"),
    Judgement.TOO_EARLY: _("För tidigt att säga"),
}
MISSIONS = {
    Mission.OURS: _("Ja"),
    Mission.SHARED: _("Delat"),
    Mission.HANDED_OVER: _("Nej, lämnat vidare"),
}
RECEIVERS = {
    ReceiverKind.SOCIAL_SERVICES: _("Socialtjänsten"),
    ReceiverKind.HEALTH_CARE: _("Vården"),
    ReceiverKind.POLICE: _("Polisen"),
    ReceiverKind.MUNICIPALITY: _("Annan del av kommunen"),
    ReceiverKind.EMPLOYMENT: _("Arbetsförmedlingen"),
    ReceiverKind.CIVIL_SOCIETY: _("Civilsamhället"),
    ReceiverKind.OTHER: _("Någon annan"),
}
CHANNELS = {
    AnswerChannel.LINK: _("Länk i mejl"),
    AnswerChannel.SMS_LINK: _("Länk i sms"),
    AnswerChannel.MAIL: _("Mejl"),
    AnswerChannel.PHONE: _("Telefon"),
    AnswerChannel.SMS: _("Sms"),
    AnswerChannel.IN_PERSON: _("Samtal på plats"),
}
DECISIONS = {
    "continue": _("Fortsätt"),
    "change": _("Ändra"),
    "end": _("Avsluta"),
    "": _("Inget beslut än"),
}
EFFORT_KINDS = {"trial": _("Försök"), "one_off": _("Punktinsats")}
SOURCES = {
    "visit": _("Besök"),
    "meeting": _("Möte"),
    "desk": _("Informationsdisken"),
    "partner": _("Partner"),
}
#: What most follow-ups can be said with; what others wrote comes beside.
WORKED = (_("Fika först"), _("Lugn plats"), _("Lagom långt"), _("En lugn runda"))
DID_NOT_WORK = (_("För kort tid"), _("Ont om stolar"), _("Högljutt"), _("Tekniken"))
#: What the screening thinks that it saw, in a soft warning.
KINDS = {
    "name": _("ett namn"),
    "email": _("en e-postadress"),
    "phone": _("ett telefonnummer"),
    "street_address": _("en adress"),
}
#: What became of an interest.
STAGES = {
    "caught": _("Fångat"),
    "tried": _("Provat"),
    "programme": _("Blivit program"),
}
