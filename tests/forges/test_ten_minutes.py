"""Ten minutes to GitOps, as the pages tell it: their commands, their files, and the pipelines between."""

import re

import pytest

from reconcile.ci.pipeline import ForgeKind
from tests.docs.commands import follow
from tests.docs.pages import ROOT, SHOWN_URL, RunPipeline
from tests.forges.sites import Site, empty_site

PAGES = {ForgeKind.GITHUB: "ten-minutes.md", ForgeKind.GITLAB: "ten-minutes-gitlab.md"}


@pytest.mark.parametrize("kind", PAGES, ids=str)
def test_the_page_does_what_it_says_with_pipelines_and_all(kind, tmp_path):
    with empty_site(kind, tmp_path) as place:

        def look(part: RunPipeline) -> None:
            shown = happen(place, part.step)
            for text in part.said:
                assert text in shown, f"{part.step}: {text}\n{shown}"

        page = ROOT / "docs" / PAGES[kind]
        shown = {SHOWN_URL: place.connect_url}
        follow(page, place.repository.work, shown, place.cluster.put, look)
        assert len(place.comments()) == 1
        assert [state for state, *_ in place.issues()] == ["closed"]


def happen(place: Site, step: str) -> str:
    """Let something happen on the forge; return what people see there, as they read it."""
    head = place.repository.head()
    match step:
        case "push":
            done = place.apply(head)
            shown = done.log
        case "open":
            place.open(head)
            done = place.plan(head)
            (shown,) = place.comments()
        case "merge":
            done = place.apply(place.merge("more-tasks"))
            shown = done.summary + done.log
        case "drift":
            done = place.drift(head)
            ((state, title, text, _),) = place.issues()
            assert state == "open"
            shown = title + text
        case "quiet":
            done = place.drift(head)
            shown = done.log
        case _:
            raise AssertionError(step)
    assert done.code == 0, done.log
    return " ".join(re.sub(r"[*`\\]", "", shown).split())
