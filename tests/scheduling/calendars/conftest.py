import shutil
import subprocess
from pathlib import Path

import pytest

# Prints what libical complains of, then one line for each VEVENT: UID, epoch, title.
_CHECKER = r"""
#include <libical/ical.h>
#include <stdio.h>
#include <string.h>

static char text[1 << 22];

int main(int argc, char **argv) {
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (!file) return 3;
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    icalcomponent *root = icalparser_parse_string(text);
    if (!root) return 2;
    int broken = icalcomponent_count_errors(root);
    int valid = icalrestriction_check(root);
    char *found = icalcomponent_as_ical_string(root);
    while ((found = strstr(found, "iTIP restrictions for "))) {
        printf("complaint %.60s\n", found);
        found++;
    }
    icalcomponent *event = icalcomponent_get_first_component(root, ICAL_VEVENT_COMPONENT);
    while (event) {
        struct icaltimetype start = icalcomponent_get_dtstart(event);
        time_t epoch = icaltime_as_timet_with_zone(start, icaltime_get_timezone(start));
        const char *title = icalcomponent_get_summary(event);
        printf("event %s %lld %s\n", icalcomponent_get_uid(event), (long long)epoch,
               title ? title : "");
        event = icalcomponent_get_next_component(root, ICAL_VEVENT_COMPONENT);
    }
    printf("broken=%d valid=%d\n", broken, valid);
    return broken == 0 && valid ? 0 : 1;
}
"""


@pytest.fixture(scope="session")
def libical(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checker built on libical; the third reader besides icalendar and vobject."""
    gcc = shutil.which("gcc")
    if gcc is None:
        pytest.skip("NOT CHECKED WITH LIBICAL: gcc is missing (apt install gcc libical-dev)")
    folder = tmp_path_factory.mktemp("libical")
    source, program = folder / "check.c", folder / "check"
    source.write_text(_CHECKER)
    built = subprocess.run(
        [gcc, "-o", str(program), str(source), "-lical"],
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode:
        pytest.skip(f"NOT CHECKED WITH LIBICAL (apt install libical-dev): {built.stderr[:200]}")
    return program
