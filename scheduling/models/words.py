"""The words of places and of a visit's facts: chips with a fixed set, never free text."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class RoomFeature(StrEnum):
    """What a room has; a programme may need it (DOMAIN.md §2, access and equipment)."""

    COMPUTERS = "computers"
    PROJECTOR = "projector"
    SCREEN = "screen"
    MICROPHONE = "microphone"
    WHITEBOARD = "whiteboard"
    KITCHEN = "kitchen"
    STEP_FREE = "step_free"
    ACCESSIBLE_TOILET = "accessible_toilet"
    HEARING_LOOP = "hearing_loop"
    NEAR_DOOR = "near_door"
    DIMMABLE_LIGHT = "dimmable_light"
    QUIET = "quiet"


ROOM_FEATURE_LABELS = {
    RoomFeature.COMPUTERS: _("Datorer"),
    RoomFeature.PROJECTOR: _("Projektor"),
    RoomFeature.SCREEN: _("Skärm"),
    RoomFeature.MICROPHONE: _("Mikrofon"),
    RoomFeature.WHITEBOARD: _("Skrivtavla"),
    RoomFeature.KITCHEN: _("Pentry"),
    RoomFeature.STEP_FREE: _("Utan trappsteg"),
    RoomFeature.ACCESSIBLE_TOILET: _("Tillgänglig toalett"),
    RoomFeature.HEARING_LOOP: _("Hörslinga"),
    RoomFeature.NEAR_DOOR: _("Nära utgången"),
    RoomFeature.DIMMABLE_LIGHT: _("Ljus som kan dämpas"),
    RoomFeature.QUIET: _("Lugnt rum"),
}


class Diet(StrEnum):
    """What is counted for the fika, never for whom."""

    VEGETARIAN = "vegetarian"
    VEGAN = "vegan"
    GLUTEN_FREE = "gluten_free"
    LACTOSE_FREE = "lactose_free"
    NUT_FREE = "nut_free"
    HALAL = "halal"
    SUGAR_FREE = "sugar_free"


DIET_LABELS = {
    Diet.VEGETARIAN: _("vegetariskt"),
    Diet.VEGAN: _("veganskt"),
    Diet.GLUTEN_FREE: _("glutenfritt"),
    Diet.LACTOSE_FREE: _("laktosfritt"),
    Diet.NUT_FREE: _("utan nötter"),
    Diet.HALAL: _("halal"),
    Diet.SUGAR_FREE: _("utan socker"),
}


class Side(StrEnum):
    """Who sees to it: the library or the partner."""

    US = "us"
    PARTNER = "partner"


SIDE_LABELS = {Side.US: _("Biblioteket"), Side.PARTNER: _("Partnern")}


class InterpreterState(StrEnum):
    """Whether an interpreter is on the way."""

    NONE = "none"
    ASKED = "asked"
    BOOKED = "booked"


INTERPRETER_STATE_LABELS = {
    InterpreterState.NONE: _("Inte bokad"),
    InterpreterState.ASKED: _("Efterfrågad"),
    InterpreterState.BOOKED: _("Bokad"),
}


class Travel(StrEnum):
    """How the group comes."""

    WALKING = "walking"
    BUS = "bus"
    CAR = "car"
    MOBILITY_SERVICE = "mobility_service"


TRAVEL_LABELS = {
    Travel.WALKING: _("Till fots"),
    Travel.BUS: _("Buss"),
    Travel.CAR: _("Bil"),
    Travel.MOBILITY_SERVICE: _("Färdtjänst"),
}


class OwnCalendarMode(StrEnum):
    """What a busy time in the host's own calendar means for us."""

    WARNS = "warns"
    BLOCKS = "blocks"


OWN_CALENDAR_MODE_LABELS = {
    OwnCalendarMode.WARNS: _("Varna, men låt boka"),
    OwnCalendarMode.BLOCKS: _("Boka inte mig då"),
}
