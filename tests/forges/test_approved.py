"""What was approved by merging comes from what the pipelines of pull requests kept."""

import itertools
import json
from dataclasses import replace

import pytest

from reconcile.ci.approvals import approvals
from reconcile.ci.github import ARTIFACT
from reconcile.ci.pipeline import ForgeKind
from reconcile.plan.digest import plan_digest
from reconcile.plan.document import plans_document
from tests.forges.world import FIRST, SECOND, THIRD, make_plan

BEGIN = "b" * 40
RUNS = itertools.count(1_000)


def plan(name="a"):
    """Return a plan as a pipeline keeps it; its cluster has a name to know it by."""
    made = replace(make_plan(cluster=name), digest=plan_digest(()))
    return json.dumps(plans_document([made])).encode()


def found(world, commit=THIRD):
    """Return what counts as approved for a run of the workflow that applies."""
    github = world.kind is ForgeKind.GITHUB
    workflow = ".github/workflows/apply.yml" if github else "connectform-apply"
    with world.target(commit, workflow=workflow) as target:
        return approvals(target)


def approved(world, commit=THIRD):
    """Return the names of the plans that count."""
    names = (each["plans"][0]["cluster"]["name"] for each in found(world, commit).documents)
    return list(names)


def keep(world, content, *, head=FIRST, number=None, **changed):
    """Keep a plan of a pipeline for a pull request."""
    if world.kind is ForgeKind.GITHUB:
        run = changed.pop("run", None) or next(RUNS)
        return world.forge.keep(ARTIFACT, content, head=head, run=run, **changed)
    changed.pop("run", None)
    number = number or world.pull_request
    return world.forge.keep(content, number=number, head=head, **changed)


def request(world, head, **changed):
    """Open another pull request."""
    github = world.kind is ForgeKind.GITHUB
    return (
        world.forge.open_pull(head, **changed)
        if github
        else world.forge.open_request(head, **changed)
    )


def merge(world, name, commit, **changed):
    """Open a pull request that shows a plan, and merge it."""
    head = name * 40
    number = request(world, head, **changed)
    keep(world, plan(name), head=head, number=number)
    world.forge.merge(number, commit)
    return number


def test_the_plan_of_the_newest_commit_counts(world):
    keep(world, plan("older"), head=FIRST)
    world.push(SECOND)
    keep(world, plan(), head=SECOND)
    world.forge.merge(world.pull_request, THIRD)

    result = found(world)

    assert [each["plans"][0]["cluster"]["name"] for each in result.documents] == ["a"]
    assert result.told == (
        f"pull request {world.pull_request}, 222222222222: its plan is approved",
    )


def test_of_several_runs_for_one_commit_the_last_counts(world):
    keep(world, plan("first"))
    keep(world, plan("last"))
    world.forge.merge(world.pull_request, THIRD)

    assert approved(world) == ["last"]


def test_an_older_run_that_is_run_again_is_still_the_older_on_github(world):
    # whose comment does not replace that of the newer one either
    if world.kind is not ForgeKind.GITHUB:
        pytest.skip("GitHub alone")
    keep(world, plan("shown"), run=9)
    keep(world, plan("run again"), run=8)
    world.forge.merge(world.pull_request, THIRD)

    assert approved(world) == ["shown"]


def test_a_plan_is_found_among_those_of_many_later_runs(world):
    keep(world, plan())
    for run in range(100, 230):
        keep(world, plan("other"), head=f"{run:040d}", run=run)
    world.forge.merge(world.pull_request, THIRD)

    assert approved(world) == ["a"]


def test_a_plan_is_found_behind_many_runs_for_its_own_commit(world):
    keep(world, plan(), run=5)
    if world.kind is ForgeKind.GITHUB:
        for run in range(100, 230):
            world.forge.runs[run] = {**world.forge.runs[5], "id": run}
    world.forge.merge(world.pull_request, THIRD)

    assert approved(world) == ["a"]


def test_a_merge_whose_own_run_was_dropped_counts_for_the_next_newest_first(world):
    world.forge.commit(BEGIN)
    world.forge.applied(BEGIN, well=True)
    merge(world, "4", SECOND)
    merge(world, "5", THIRD)

    assert approved(world) == ["5", "4"]


def test_what_was_applied_already_counts_no_more(world):
    merge(world, "4", SECOND)
    world.forge.applied(SECOND, well=True)
    merge(world, "5", THIRD)

    assert approved(world) == ["5"]


def test_a_run_that_failed_leaves_its_work_to_the_next(world):
    merge(world, "4", SECOND)
    world.forge.applied(SECOND, well=False)
    merge(world, "5", THIRD)

    assert approved(world) == ["5", "4"]


def test_a_run_that_is_repeated_finds_what_it_found_before(world):
    merge(world, "4", THIRD)
    world.forge.applied(THIRD, well=True)

    assert approved(world) == ["4"]


def test_what_was_merged_later_does_not_count(world):
    merge(world, "4", SECOND)
    merge(world, "5", THIRD)

    assert approved(world, SECOND) == ["4"]


def test_a_commit_that_no_pull_request_brought_approves_nothing_itself(world):
    merge(world, "4", SECOND)
    world.forge.applied(SECOND, well=True)
    world.forge.commit(THIRD)

    assert approved(world) == []


def test_a_pull_request_that_is_not_merged_does_not_count(world):
    keep(world, plan())
    world.forge.commit(THIRD)
    if world.kind is ForgeKind.GITHUB:
        # GitHub's test merge stands there as long as it is open
        world.forge.pulls[world.pull_request] |= {"merge_commit_sha": THIRD}
        assert approved(world) == []
        world.forge.pulls[world.pull_request] |= {"state": "closed"}
    else:
        world.forge.requests[world.pull_request] |= {"state": "closed", "sha": THIRD}

    assert approved(world) == []


def test_a_pull_request_that_was_merged_into_another_branch_does_not_count(world):
    # so that the commit it made came in by a pull request that showed something else
    merge(world, "4", SECOND, base="feature")
    merge(world, "5", THIRD)

    assert approved(world) == ["5"]


def test_a_plan_for_an_older_commit_does_not_count_and_that_is_told(world):
    keep(world, plan(), head=FIRST)
    world.push(SECOND)
    world.forge.merge(world.pull_request, THIRD)

    result = found(world)

    assert result.documents == ()
    (line,) = result.told
    assert line.startswith(f"pull request {world.pull_request}, 222222222222: no plan is kept")


def test_what_is_pushed_to_the_branch_after_the_merge_does_not_count(world):
    keep(world, plan())
    world.forge.merge(world.pull_request, THIRD)
    world.push(SECOND)
    keep(world, plan("evil"), head=SECOND)

    assert approved(world) == ["a"]


def test_a_plan_that_is_kept_no_more_is_told_and_the_others_count(world):
    number = merge(world, "4", SECOND)
    merge(world, "5", THIRD)
    if world.kind is ForgeKind.GITHUB:
        (entry,) = [
            e for e in world.forge.artifacts.values() if e["workflow_run"]["head_sha"][0] == "4"
        ]
        entry["expired"] = True
    else:
        world.forge.files.pop(min(world.forge.files))

    result = found(world)

    assert len(result.documents) == 1
    assert result.told[1].startswith(f"pull request {number}, 444444444444: no plan is kept")


def test_a_plan_that_is_deleted_before_it_is_fetched_is_told(world):
    merge(world, "4", THIRD)
    world.forge.files.clear()

    result = found(world)

    assert result.documents == ()
    assert "no plan is kept" in result.told[0]


def test_a_plan_that_cannot_be_used_is_told_and_the_others_count(world):
    merge(world, "4", SECOND)
    keep(
        world,
        plan().replace(b'"in_sync":3', b'"in_sync":4').replace(b'"in_sync": 3', b'"in_sync": 4'),
    )
    world.forge.merge(world.pull_request, THIRD)

    result = found(world)

    assert len(result.documents) == 1
    assert "it was changed since it was written" in result.told[0]


def test_of_very_many_merges_the_newest_count_and_the_rest_is_told(world):
    for number in range(100, 125):
        head = f"{number:040d}"
        keep(world, plan(str(number)), head=head, number=(its := request(world, head)))
        world.forge.merge(its, f"{number:040x}")

    result = found(world, f"{124:040x}")

    assert len(result.documents) == 20
    assert result.documents[0]["plans"][0]["cluster"]["name"] == "124"
    assert "5 that were merged before these" in result.told[-1]
    assert len(world.trouble.log) < 100


@pytest.mark.parametrize(
    "broken",
    [
        lambda packed: packed[:40],
        lambda packed: packed.replace(b"PK\x01\x02", b"PK\x09\x09"),
        lambda packed: packed.replace(b"plan.json", b"pl\xffn.json", 1),
        lambda packed: packed.replace(b'"in_sync"', b'"in_sunk"'),
        lambda packed: _with_flag(packed, 0x01),
    ],
    ids=["cut off", "no directory", "a name of none", "another checksum", "encrypted"],
)
def test_an_archive_that_cannot_be_read_is_told_and_the_others_count_on_github(world, broken):
    if world.kind is not ForgeKind.GITHUB:
        pytest.skip("GitHub alone")
    number = merge(world, "4", SECOND)
    world.forge.files = {name: broken(packed) for name, packed in world.forge.files.items()}
    merge(world, "5", THIRD)

    result = found(world)

    assert [each["plans"][0]["cluster"]["name"] for each in result.documents] == ["5"]
    assert result.told[1].startswith(f"pull request {number}, 444444444444: no plan is kept")


def _with_flag(packed, flag):
    """Return an archive whose directory says something else of its only file."""
    place = packed.index(b"PK\x01\x02") + 8
    return packed[:place] + bytes([flag]) + packed[place + 1 :]


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
    keep(world, plan(), **changed)
    world.forge.merge(world.pull_request, THIRD)

    assert approved(world) == []


def test_a_pipeline_in_a_fork_does_not_count_on_gitlab(world):
    if world.kind is not ForgeKind.GITLAB:
        pytest.skip("GitLab alone")
    keep(world, plan(), project_id=99)
    world.forge.merge(world.pull_request, THIRD)

    assert approved(world) == []


@pytest.mark.parametrize(("merged", "names"), [(FIRST, ["a"]), (SECOND, [])])
def test_a_pipeline_for_a_merged_result_counts_where_it_is_of_the_newest_commit(
    world, merged, names
):
    if world.kind is not ForgeKind.GITLAB:
        pytest.skip("GitLab alone")
    ref = f"refs/merge-requests/{world.pull_request}/merge"
    keep(world, plan(), head=BEGIN, ref=ref)
    world.forge.parents[BEGIN] = ["c" * 40, merged]
    world.forge.merge(world.pull_request, THIRD)

    assert approved(world) == names


@pytest.mark.parametrize("by", ["merge_commit_sha", "squash_commit_sha", "sha"])
def test_every_way_to_merge_counts_on_gitlab(world, by):
    if world.kind is not ForgeKind.GITLAB:
        pytest.skip("GitLab alone")
    head = THIRD if by == "sha" else FIRST
    world.push(head)
    keep(world, plan(), head=head)
    world.forge.merge(world.pull_request, THIRD, by=by)

    assert approved(world) == ["a"]


def test_a_token_goes_to_no_other_host_with_the_file(world):
    keep(world, plan())
    world.forge.merge(world.pull_request, THIRD)
    approved(world)

    blobs = [request for request in world.trouble.log if request.path.startswith("/blobs/")]
    assert all("authorization" not in request.headers for request in blobs)
    assert bool(blobs) == (world.kind is ForgeKind.GITHUB)
