"""The documents name pages, files and commands that exist."""

import re
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.urls import resolve

BASE = settings.BASE_DIR
PAGES = {name: (BASE / "docs" / name).read_text(encoding="utf-8") for name in ("clauses.md", "handbook.md")}
TEXTS = {"README.md": (BASE / "README.md").read_text(encoding="utf-8")} | {
    f"docs/{path.name}": path.read_text(encoding="utf-8") for path in (BASE / "docs").glob("*.md")
}
ADDRESS = re.compile(r"(?<![\w.)])(/[a-z][a-z0-9/…-]*/)")
PART = re.compile(r"`([a-z_]+/[\w/]+\.(?:py|json))`")


@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_address_in_a_document_is_a_page(name):
    found = set(ADDRESS.findall(PAGES[name]))
    assert found
    for address in found:
        resolve(address.replace("…", str(uuid.uuid4())))


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_every_file_and_link_in_a_document_is_there(name):
    folder = (BASE / name).parent
    links = [link for link in re.findall(r"\]\(([^)#\s]+)", TEXTS[name]) if not link.startswith("http")]
    wanted = [folder / link for link in links] + [BASE / part for part in PART.findall(TEXTS[name])]
    assert [str(path) for path in wanted if not Path(path).exists()] == []


def test_every_command_in_the_readme_is_one():
    listed = re.search(r"Commands, all of them.*?;", TEXTS["README.md"], re.DOTALL)[0]
    assert set(re.findall(r"`(\w+)`", listed)) <= set(get_commands())
