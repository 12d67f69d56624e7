"""A real browser, in the widths and colours that people read reports in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.requirements import require

WIDE, PHONE = 1100, 360


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as the browser shows it, and what it asked for or complained of on the way."""

    page: Page
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


Show = Callable[..., Shown]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    path = require("chromium", "looking at pages")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def show(chromium: Browser, tmp_path: Path) -> Iterator[Show]:
    """Open a page from a file."""
    contexts = []

    def opened(
        text: str, *, scheme: str = "light", width: int = WIDE, unguarded: bool = False
    ) -> Shown:
        context = chromium.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=unguarded
        )
        contexts.append(context)
        shown = Shown(context.new_page())
        file = tmp_path / "page.html"
        file.write_text(text, encoding="utf-8")
        shown.page.on("request", lambda request: shown.requests.append(request.url))
        shown.page.on("console", lambda message: shown.messages.append(message.text))
        shown.page.on("pageerror", lambda error: shown.messages.append(str(error)))
        shown.page.on("dialog", lambda dialog: shown.messages.append(f"dialog {dialog.message}"))
        shown.page.goto(file.as_uri())
        return shown

    yield opened
    for context in contexts:
        context.close()
