"""Easy Swedish: short sentences, the same placeholders, texts that exist, compiled as written."""

import gettext
import re
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import gettext as _

from core.languages import BREAK, EASY

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "easy" / "texts" / "sv_X-lattlast" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]")
#: What a partner reads; each must be easy, in the text itself or in its easy one.
PAGES = [*ROOT.glob("templates/answer/*.html"), *ROOT.glob("templates/email/**/*.*")]
#: Read by who looks after the law, not by a coordinator; letters to colleagues are staff's own.
OTHERS = {"accessibility.html"}


def catalogue() -> dict[str, str]:
    with (FOLDER / "django.mo").open("rb") as file:
        found: dict[str, str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {key: text for key, text in found.items() if key}


def written() -> set[str]:
    """Every text of the partner's pages and letters."""
    found: set[str] = set()
    for path in PAGES:
        staffs = "email" in path.parts and path.name.startswith("colleague")
        if path.name in OTHERS or staffs:
            continue
        page = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'\{%\s*translate\s+"([^"]+)"', page))
        for options, text in re.findall(
            r"\{%\s*blocktranslate(.*?)%\}(.*?)\{%\s*endblocktranslate", page, re.S
        ):
            trimmed = " ".join(text.split()) if "trimmed" in options else text
            found.add(re.sub(r"\{\{\s*(\w+)\s*\}\}", r"%(\1)s", trimmed))
    return found


def longest(text: str) -> int:
    """The words of the longest sentence."""
    parts = re.split(r"[.!?:\n]", BREAK.sub("\n", PLACEHOLDER.sub("", text)))
    return max(len(re.findall(r"\w+", part)) for part in parts)


def test_every_text_that_a_partner_reads_is_easy() -> None:
    easy = catalogue()
    hard = [text for text in written() if longest(easy.get(text, text)) > 10]
    assert len(written()) > 150
    assert hard == []


def test_placeholders_are_kept() -> None:
    for key, text in catalogue().items():
        assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(key)), key


def test_it_is_another_text_and_easier() -> None:
    for key, text in catalogue().items():
        assert text != key
        assert longest(text) <= 10, text


def test_it_says_nothing_that_is_not_said_in_swedish() -> None:
    """A text that was changed loses its easy one: it must be written anew, not forgotten."""
    sources = [
        path for app in ("core", "partners", "scheduling") for path in ROOT.glob(f"{app}/**/*.py")
    ]
    code = re.sub(
        r'"\s*\n\s*"', "", "\n".join(path.read_text(encoding="utf-8") for path in sources)
    )
    assert [text for text in catalogue() if text not in written() and text not in code] == []


def test_the_compiled_texts_are_those_that_are_written() -> None:
    text = (FOLDER / "django.po").read_text(encoding="utf-8")
    assert len(re.findall("^msgid", text, re.M)) - 1 == len(catalogue())


@pytest.mark.parametrize("default", ["sv", "en"])
def test_what_has_no_easier_text_is_said_in_swedish(default: str, settings: object) -> None:
    settings.LANGUAGE_CODE = default  # type: ignore[attr-defined]
    with translation.override(EASY):
        assert _("Kan ni komma?") == "Kan ni komma?"
        assert _("Det går inte att svara längre. Ring oss gärna.").startswith("Du kan inte")
