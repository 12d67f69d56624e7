"""One comment for each cluster, whoever else comments, whatever happens meanwhile."""

from dataclasses import replace

import pytest

from reconcile.ci.bodies import LIMIT
from reconcile.ci.documents import Documents
from reconcile.ci.marks import read_mark
from reconcile.ci.pipeline import ForgeKind
from reconcile.ci.steps import comment_given_up, comment_no_plan, comment_plans
from reconcile.errors import ForgeError
from reconcile.model.codes import Code
from reconcile.model.drift import NotCompared
from reconcile.model.problem import Problem
from tests.forges.server import Response
from tests.forges.world import FIRST, SECOND, THIRD, make_plan, project_of
from tests.golden.nouns import plans

FORBIDDEN = Response(403, {"message": "Resource not accessible by integration"})
BROKEN = Problem(code=Code.CLUSTER_UNREACHABLE, message="cannot connect to prod")


def comment(world, commit=FIRST, *, run=None, digest="a", clusters=("prod",)):
    documents = Documents(plans=tuple(make_plan(name, digest) for name in clusters))
    with world.target(commit, run=run) as target:
        return [posted.how.value for _, posted in comment_plans(target, documents, links={})]


def marks(world):
    return [read_mark(body) for _, body in world.comments()]


def test_a_first_run_comments_and_the_next_edits_the_same_comment(world):
    assert comment(world) == ["created"]
    world.push(SECOND)
    assert comment(world, SECOND, digest="b") == ["edited"]

    ((author, body),) = world.comments()
    assert author == world.me
    assert f"For commit `{SECOND[:12]}`" in body
    assert "Earlier plans (1)" in body
    assert f"| `{FIRST[:12]}` | `sha256:{'a' * 64}` |" in body


def test_a_comment_links_to_the_dashboards_of_the_project(world):
    links = {"logs": "https://logs.example.com/?q={connector}"}
    with world.target() as target:
        comment_plans(target, Documents(plans=plans()[:1]), links=links)

    ((_, body),) = world.comments()
    assert "[logs](<https://logs.example.com/?q=orders-sink>)" in body


def test_the_comment_of_a_cluster_that_was_given_up_says_so_and_the_others_stay(world):
    comment(world, clusters=("old", "prod"))
    world.push(SECOND)
    comment(world, SECOND, clusters=("prod",))
    project = project_of("prod")

    with world.target(SECOND) as target:
        posted = comment_given_up(target, project)
        comment_given_up(target, project)
        comment_given_up(target, replace(project, name="another", clusters={}))

    assert [(name, each.how.value) for name, each in posted] == [("old", "edited")]
    (_, old), (_, prod) = world.comments()
    assert "## No plan for old" in old
    assert "old is no longer declared in the project shop" in old
    assert "Earlier plans (1)" in old
    assert "## Plan for prod" in prod


def test_the_same_plan_for_the_same_commit_leaves_no_trace_in_the_history(world):
    comment(world)
    comment(world)

    assert [mark.history for mark in marks(world)] == [()]


def test_the_history_keeps_the_latest_ten(world):
    commits = [f"{number:040x}" for number in range(14)]
    for commit in commits:
        world.push(commit)
        comment(world, commit, digest=commit[-1])

    (mark,) = marks(world)
    assert [earlier.commit for earlier in mark.history] == commits[3:13]


def test_each_cluster_has_its_own_comment(world):
    comment(world, clusters=("prod", "staging"))
    comment(world, clusters=("prod", "staging"))

    assert [mark.cluster for mark in marks(world)] == ["prod", "staging"]


def test_a_comment_of_somebody_else_that_copies_our_mark_is_never_edited(world):
    comment(world)
    ((_, body),) = world.comments()
    world.forget_comments()
    world.say("mallory", body)

    assert comment(world) == ["created"]
    assert [author for author, _ in world.comments()] == ["mallory", world.me]
    assert world.comments()[0] == ("mallory", body)


def test_our_own_comment_that_only_quotes_a_mark_is_left_alone(world):
    comment(world)
    ((_, body),) = world.comments()
    world.forget_comments()
    world.say(world.me, f"> {body}")

    assert comment(world) == ["created"]
    assert world.comments()[0][1].startswith("> ")


def test_our_comment_is_found_behind_hundreds_of_others(world):
    comment(world)
    for number in range(230):
        world.say("ada", f"thought {number}")

    assert comment(world) == ["edited"]
    assert sum(author == world.me for author, _ in world.comments()) == 1


def test_a_comment_deleted_meanwhile_is_written_again(world):
    comment(world)
    verb = "PATCH" if world.kind is ForgeKind.GITHUB else "PUT"
    world.trouble.before(verb, world.forget_comments)

    assert comment(world) == ["created"]
    assert len(world.comments()) == 1


def test_an_older_run_never_overwrites_what_a_newer_one_wrote(world):
    comment(world, FIRST, run=5)
    world.push(SECOND)
    comment(world, SECOND, run=6, digest="b")

    assert comment(world, FIRST, run=5) == ["left"]
    assert [mark.commit for mark in marks(world)] == [SECOND]


def test_a_run_that_the_pull_request_has_left_behind_writes_nothing(world):
    comment(world, FIRST)
    world.push(THIRD)  # while a run for SECOND is still at work

    assert comment(world, SECOND) == ["left"]
    assert [mark.commit for mark in marks(world)] == [FIRST]


@pytest.mark.parametrize(("mine", "others"), [(1, 2), (2, 1)])
def test_two_runs_at_once_leave_one_comment_with_the_newer_plan(world, mine, others):
    digests = {1: "a", 2: "b"}
    # The other run is done with all it does just between our look and our write.
    world.trouble.before("POST", lambda: comment(world, run=others, digest=digests[others]))

    comment(world, run=mine, digest=digests[mine])

    (mark,) = marks(world)
    assert mark.order == (2, 1)
    assert mark.digest == "sha256:" + "b" * 64


def test_a_cluster_without_a_plan_replaces_the_plan_that_is_not_true_any_more(world):
    comment(world)
    world.push(SECOND)
    failure = NotCompared(project="shop", cluster="prod", problems=(BROKEN,))
    with world.target(SECOND) as target:
        comment_plans(target, Documents(failures=(failure,)), links={})

    ((_, body),) = world.comments()
    assert "No plan for prod" in body
    assert "cannot connect to prod" in body
    assert f"For commit `{SECOND[:12]}`" in body
    assert "Earlier plans (1)" in body


def test_a_run_without_any_document_replaces_all_plans(world):
    comment(world, clusters=("prod", "staging"))
    world.push(SECOND)
    with world.target(SECOND) as target:
        comment_no_plan(target, [BROKEN])

    assert ["No plan for" in body for _, body in world.comments()] == [True, True]


def test_a_plan_of_any_size_fits(world):
    big = replace(plans()[0], changes=plans()[0].changes * 400)
    with world.target() as target:
        comment_plans(target, Documents(plans=(big,)), links={})

    ((_, body),) = world.comments()
    assert len(body) <= LIMIT
    assert body.count("```") % 2 == 0


def test_a_token_that_may_not_ask_who_it_is_is_github_actions(world):
    with world.target() as target:
        assert target.author == world.me


def test_the_author_can_be_given(world):
    world.author = "our-app[bot]"
    world.say("our-app[bot]", "hello")
    comment(world)

    with world.target() as target:
        assert target.author == "our-app[bot]"


def test_what_the_forge_does_not_allow_is_told_with_what_it_takes(world):
    world.trouble.always("/notes" if world.kind is ForgeKind.GITLAB else "/comments", FORBIDDEN)

    with pytest.raises(ForgeError) as caught:
        comment(world)

    (problem,) = caught.value.problems
    assert problem.code is Code.FORGE_NOT_ALLOWED
    assert ("pull-requests: write" in problem.hint) or ("scope api" in problem.hint)
