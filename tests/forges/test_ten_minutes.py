"""Ten minutes to GitOps, as the pages tell it: their commands, their files, and the pipelines between."""

import re

import pytest

from reconcile.ci.pipeline import ForgeKind
from tests.docs.commands import run
from tests.docs.pages import (
    ROOT,
    SHOWN_URL,
    MakeLive,
    RunCommand,
    RunPipeline,
    SetVariable,
    WriteFile,
    parts_of,
)
from tests.forges.sites import Site, empty_site

PAGES = {ForgeKind.GITHUB: "ten-minutes.md", ForgeKind.GITLAB: "ten-minutes-gitlab.md"}


@pytest.mark.parametrize("kind", PAGES, ids=str)
def test_the_page_does_what_it_says_with_pipelines_and_all(kind, tmp_path):
    variables: dict[str, str] = {}
    with empty_site(kind, tmp_path) as place:
        for part in parts_of(ROOT / "docs" / PAGES[kind]):
            match part:
                case WriteFile(name, text):
                    target = place.repository.work / name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_text(text.replace(SHOWN_URL, place.connect_url))
                case MakeLive(configs):
                    for name, config in configs.items():
                        place.cluster.put(name, config)
                case SetVariable(name, value):
                    variables[name] = value
                case RunCommand(line, code):
                    done = run(line, place.repository.work, variables)
                    assert done.returncode == code, f"$ {line}\n{done.stdout}{done.stderr}"
                case RunPipeline(step, said):
                    shown = happen(place, step)
                    for text in said:
                        assert text in shown, f"{step}: {text}\n{shown}"
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
