"""The documentation is complete: every command, no YAML that is not tried, no dead link."""

import re

import pytest
import typer

from reconcile.cli.app import app
from tests.docs.pages import PAGES, ROOT

COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
_LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme_and_in_the_page_of_commands(name):
    assert f"`{name}`" in (ROOT / "README.md").read_text()
    assert f"$ connectform {name}" in (ROOT / "docs/commands.md").read_text()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_every_option_has_help(name):
    command = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]

    assert command.help
    for parameter in command.params:
        assert parameter.name == "help" or getattr(parameter, "help", None), parameter.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_yaml_of_a_page_is_a_file_that_its_commands_read(page):
    for found in re.finditer(r"(?P<before>.*)\n```(yaml|json)\n", page.read_text()):
        assert found["before"].startswith("<!-- file: "), found[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    for target in _LINK.findall(page.read_text()):
        assert (page.parent / target).exists(), target
