"""The three places where a team meets connectform, told once from beginning to end.

To change what is said on purpose, rewrite the snapshots and look at the difference:

    REWRITE_GOLDEN=1 .venv/bin/python -m pytest tests/forges/test_story.py
"""

import json
import os
import re
from pathlib import Path

import pytest

from reconcile.ci.pipeline import ForgeKind
from reconcile.model.codes import Code
from tests.forges.sites import Normal, Site, sink, site

GOLDEN = Path(__file__).parents[1] / "golden"


class Story:
    """What a reader of a pull request and of the issues sees, step by step."""

    def __init__(self, place: Site) -> None:
        self._place = place
        self._normal = Normal(place.forge.url)
        self._parts: list[str] = []
        self._told: set[str] = set()

    def tell(self, title: str, *, summary: str = "") -> None:
        parts = [f"# {title}"]
        parts += [self._new(f"----- comment\n{text}") for text in self._place.comments()]
        for state, name, text, said in self._place.issues():
            parts.append(self._new(f"----- issue, {state}: {name}\n{text}"))
            parts += [self._new(f"----- comment on the issue\n{each}") for each in said]
        parts += [f"----- summary of the job\n{summary}"] if summary else []
        self._parts.append("\n\n".join(map(self._normal, parts)))

    def _new(self, text: str) -> str:
        """Return a text, or that it stands above already."""
        if text in self._told:
            return f"{text.partition(chr(10))[0]}, as it was"
        self._told.add(text)
        return text

    @property
    def text(self) -> str:
        return "\n\n".join(self._parts).rstrip() + "\n"


@pytest.mark.parametrize("kind", [ForgeKind.GITHUB, ForgeKind.GITLAB], ids=str)
def test_a_pull_request_from_its_opening_to_a_quiet_night(kind, tmp_path):
    files = {"connectors/orders.yaml": sink("orders-sink")}
    with site(kind, tmp_path, files) as place:
        story = Story(place)
        tell(place, story)
        compare(story, f"story-{kind}.md")


@pytest.mark.parametrize("kind", [ForgeKind.GITHUB, ForgeKind.GITLAB], ids=str)
def test_what_a_limit_stops_is_foretold_and_goes_on_by_hand(kind, tmp_path):
    files = {f"connectors/{name}.yaml": sink(f"orders-{name}") for name in ("a", "b", "c")}
    with site(kind, tmp_path, files) as place:
        story = Story(place)
        tell_of_a_limit(place, story)
        compare(story, f"limit-{kind}.md")


def compare(story: Story, name: str) -> None:
    golden = GOLDEN / name
    if os.environ.get("REWRITE_GOLDEN"):
        golden.write_text(story.text)
    assert story.text == golden.read_text()


def tell_of_a_limit(place: Site, story: Story) -> None:
    repository = place.repository
    repository.branch("less")
    head = repository.commit("Need less", {"connectors/a.yaml": None, "connectors/b.yaml": None})
    place.open(head)
    foretold = place.plan(head)
    assert foretold.code == 0, foretold.log
    story.tell("A pull request deletes more than a limit allows", summary=foretold.summary)
    promised = inputs_of(place.comments()[0])

    merged = place.merge("less")
    stopped = place.apply(merged)
    assert stopped.code == 3, stopped.log
    assert place.names() == ["orders-a", "orders-b", "orders-c"]
    story.tell("It is merged, and stopped", summary=stopped.summary)
    told = stopped.summary if place.is_github else stopped.log
    link = "actions/workflows/apply.yml" if place.is_github else "/pipelines/"
    left = told[told.index("### What is left") :]
    assert link in left
    assert inputs_of(left) == promised

    wrong = place.apply_by_hand(merged, **promised, allow_deletes="1")
    assert wrong.code == 3, wrong.log
    assert len(place.names()) == 3
    done = place.apply_by_hand(merged, **promised, allow_deletes="2")
    assert done.code == 0, done.log
    assert place.names() == ["orders-c"]
    story.tell("It is started by hand with the numbers that were told", summary=done.summary)


def inputs_of(text: str) -> dict[str, str]:
    """Return what a run by hand is given, as a text says; of deletes there are two."""
    assert re.search("allow.deletes `2`", text, re.IGNORECASE)
    found = re.search("cluster `(.*?)`, expect `(.*?)`", text, re.IGNORECASE)
    assert found is not None
    return {"cluster": found[1], "expect": found[2]}


def tell(place: Site, story: Story) -> None:
    repository = place.repository
    repository.branch("faster")
    first = repository.commit(
        "Write the orders faster",
        {
            "connectors/orders.yaml": sink("orders-sink", tasks=4),
            "connectors/audit.yaml": sink("orders-audit", topics="audit"),
        },
    )
    place.open(first)
    opened = place.plan(first)
    assert opened.code == 0, opened.log
    if not place.is_github:
        assert json.loads(opened.kept["terraform.json"]) == {"create": 1, "update": 1, "delete": 0}
        (entry,) = json.loads(opened.kept["codequality.json"])
        assert entry["check_name"] == Code.NO_SNAPSHOT
        assert b'<testsuite name="plan prod"' in opened.kept["junit.xml"]
        assert b'<testsuite name="lint"' in opened.kept["lint.xml"]
    story.tell("A pull request is opened", summary=opened.summary)
    assert len(place.comments()) == 1

    second = repository.commit("Do not audit yet", {"connectors/audit.yaml": None})
    place.push(second)
    assert place.plan(second).code == 0
    story.tell("A commit is pushed")

    third = repository.commit(
        "Name a file of their own",
        {"connectors/orders.yaml": sink("orders-sink", tasks=4, topics="orders,returns")},
    )
    place.push(third)
    assert place.plan(third).code == 0
    story.tell("Another one is pushed")
    assert len(place.comments()) == 1

    merged = place.merge("faster")
    applied = place.apply(merged)
    assert applied.code == 0, applied.log
    assert place.config_of("orders-sink")["tasks.max"] == "4"
    story.tell("It is merged, and applied", summary=applied.summary)
    assert "No changes." in place.run("connectform plan")

    change = {"topics": "orders", "tasks.max": "1"}
    place.cluster.put("orders-sink", place.config_of("orders-sink") | change)
    night = place.drift(merged)
    assert night.code == 0, night.log
    story.tell("At night somebody's change by hand is found", summary=night.summary)
    ((state, _, _, said),) = place.issues()
    assert (state, said) == ("open", [])

    assert place.drift(merged).code == 0
    story.tell("The next night it is still there")
    assert [said for *_, said in place.issues()] == [[]]

    place.run("connectform apply --auto-approve && rm apply-result.json")
    assert place.drift(merged).code == 0
    story.tell("It is undone, and the issue closed")
    ((state, _, _, said),) = place.issues()
    assert (state, len(said)) == ("closed", 1)
    assert len(place.comments()) == 1
