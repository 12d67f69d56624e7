"""The plan that was approved by merging comes from what a pull request's pipeline kept."""

import pytest

from reconcile.ci.github import ARTIFACT
from reconcile.ci.pipeline import ForgeKind
from tests.forges.world import FIRST, SECOND, THIRD

PLAN = b'{"kind": "plan"}'


def approved(world, commit=THIRD):
    with world.target() as target:
        return target.forge.merged_plan(commit)


def keep(world, content=PLAN, *, head=FIRST, **changed):
    """Keep a plan of a pipeline for the pull request."""
    if world.kind is ForgeKind.GITHUB:
        return world.forge.keep(ARTIFACT, content, head=head, run=changed.pop("run", 5), **changed)
    changed.pop("run", None)
    return world.forge.keep(content, number=world.pull_request, head=head, **changed)


def test_the_plan_of_the_newest_commit_is_found(world):
    keep(world, b"older", head=FIRST)
    world.push(SECOND)
    keep(world, head=SECOND, run=6)
    world.forge.merge(world.pull_request, THIRD)

    found = approved(world)

    assert (found.content, found.commit) == (PLAN, SECOND)
    assert found.pull_request == world.pull_request


def test_of_several_runs_for_one_commit_the_last_counts(world):
    keep(world, b"first")
    keep(world, run=6)
    world.forge.merge(world.pull_request, THIRD)

    assert approved(world).content == PLAN


def test_a_plan_is_found_among_those_of_many_later_runs(world):
    keep(world)
    for run in range(100, 230):
        keep(world, b"of another pull request", head=f"{run:040d}", run=run)
    world.forge.merge(world.pull_request, THIRD)

    assert approved(world).content == PLAN


def test_a_plan_is_found_behind_many_runs_for_its_own_commit(world):
    keep(world)
    if world.kind is ForgeKind.GITHUB:
        for run in range(100, 230):
            world.forge.runs[run] = {**world.forge.runs[5], "id": run}
    world.forge.merge(world.pull_request, THIRD)

    assert approved(world).content == PLAN


def test_a_commit_that_no_pull_request_brought_has_no_plan(world):
    keep(world)

    assert approved(world) is None


def test_a_plan_for_an_older_commit_does_not_count(world):
    keep(world, head=FIRST)
    world.push(SECOND)
    world.forge.merge(world.pull_request, THIRD)

    assert approved(world) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"head_repository": {"id": 2}},
        {"head_repository": None},
        {"event": "push"},
    ],
    ids=["a fork", "a fork that is gone", "not for a pull request"],
)
def test_what_anything_else_kept_does_not_count_on_github(world, changed):
    if world.kind is not ForgeKind.GITHUB:
        pytest.skip("GitHub alone")
    keep(world, **changed)
    world.forge.merge(world.pull_request, THIRD)

    assert approved(world) is None


def test_a_pipeline_in_a_fork_does_not_count_on_gitlab(world):
    if world.kind is not ForgeKind.GITLAB:
        pytest.skip("GitLab alone")
    keep(world, project_id=99)
    world.forge.merge(world.pull_request, THIRD)

    assert approved(world) is None


def test_a_token_goes_to_no_other_host_with_the_file(world):
    keep(world)
    world.forge.merge(world.pull_request, THIRD)
    approved(world)

    blobs = [request for request in world.trouble.log if request.path.startswith("/blobs/")]
    assert all("authorization" not in request.headers for request in blobs)
    assert bool(blobs) == (world.kind is ForgeKind.GITHUB)
