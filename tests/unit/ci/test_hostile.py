"""Whatever is in a plan or a report: a comment stays a comment of ours, and calls nobody."""

import pytest

from reconcile.ci.bodies import (
    LIMIT,
    changed_text,
    failure_body,
    issue_body,
    issue_title,
    plan_body,
    reopened_text,
    resolved_text,
)
from reconcile.ci.documents import Documents
from reconcile.ci.marks import Earlier, Mark, MarkKind, mark_line, read_mark
from reconcile.ci.pipeline import ForgeKind, Pipeline
from reconcile.ci.summary import summary_markdown
from tests.golden.nouns import NOT_COMPARED, drifts, plans
from tests.hostile import HOSTILE, poisoned
from tests.rendered import rendered
from tests.unit.ci.runner import commands_in

EACH = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)


def pipeline(text):
    return Pipeline(kind=ForgeKind.GITHUB, run_url=f"https://forge.example/{text}", commit=text)


def mark(text, kind=MarkKind.PLAN):
    earlier = Earlier(commit=text, digest=text)
    return Mark(kind=kind, project=text, cluster=text, commit=text, digest=text, history=(earlier,))


def bodies(text):
    plan, drift = poisoned(plans()[0], text), poisoned(drifts()[0], text)
    run = pipeline(text)
    return {
        "plan": plan_body(plan, mark(text), run, {}),
        "failure": failure_body(poisoned(NOT_COMPARED, text), mark(text), run),
        "issue": issue_body(drift, mark(text, MarkKind.DRIFT), run, {}),
        "changed": changed_text(drift, run),
        "reopened": reopened_text(drift, run),
        "resolved": resolved_text(drift, run),
        "summary": summary_markdown(
            Documents(plans=(plan,)), run, room=LIMIT, by_hand=True, links={}
        ),
    }


@EACH
def test_every_text_stays_text(text):
    for name, body in bodies(text).items():
        marked = read_mark(body)
        shown = body.partition("\n")[2] if marked else body
        found = rendered(shown)
        assert found.foreign_html == [], name
        assert found.images == (), name
        assert found.calls == [], name
        assert found.unclosed == (), name
        assert found.open_details == 0, name
        assert all(link.startswith("https://forge.example/") for link in found.links), name
        assert commands_in(body) == [], name
        assert len(body) <= LIMIT, name


@EACH
def test_the_mark_of_a_text_is_the_one_we_wrote(text):
    found = bodies(text)
    for name in ("plan", "failure", "issue"):
        first, _, rest = found[name].partition("\n")
        assert read_mark(first) is not None
        assert "connectform {" not in rest
        assert first.endswith(" -->")
        assert first.count("-->") == 1
    assert read_mark(found["plan"]) == mark(text)


@EACH
def test_a_title_is_one_line_and_calls_nobody(text):
    title = issue_title(poisoned(drifts()[0], text))

    assert title.replace("\u2060", "").isprintable()
    assert len(title) <= 255
    assert rendered(title).calls == []


def test_a_text_that_begins_with_our_own_mark_cannot_pass_for_it():
    ours = mark_line(mark("prod"))
    body = plan_body(poisoned(plans()[0], ours), mark("other"), pipeline("x"), {})

    found = read_mark(body)
    assert found is not None
    assert found.cluster == "other"
