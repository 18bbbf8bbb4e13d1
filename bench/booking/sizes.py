"""How large the measured house is."""

ROOMS, HOSTS, GROUPS = 20, 30, 40
#: Visits to come in the twelve weeks that are searched: the same however long the history is.
COMING = 1000
WEEKS = 12
CLIENTS = 8
#: The short history.
FEW = 1000
