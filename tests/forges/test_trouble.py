"""A forge that refuses, limits, breaks or sends elsewhere."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconcile.ci.documents import Documents
from reconcile.ci.pipeline import ForgeKind
from reconcile.ci.steps import comment_plans, open_target
from reconcile.errors import ForgeError
from reconcile.model.codes import Code
from tests.forges import github as hub
from tests.forges import gitlab as lab
from tests.forges.server import Response
from tests.forges.world import make_plan

BROKEN = Response(502, b"<html>bad gateway</html>")


def comment(world):
    with world.target() as target:
        comment_plans(target, Documents(plans=(make_plan(),)), links={})


def limited(world, seconds):
    if world.kind is ForgeKind.GITHUB:
        return hub.secondary_limit(seconds)
    return lab.too_many_requests(seconds)


def test_a_rate_limit_is_waited_for_as_long_as_it_says(world):
    world.trouble.instead("POST", limited(world, 40))

    comment(world)

    assert len(world.comments()) == 1
    assert world.clock.monotonic() >= 40


def test_a_limit_that_lasts_too_long_is_told_at_once(world):
    world.trouble.always("POST", limited(world, 3_600))

    with pytest.raises(ForgeError) as caught:
        comment(world)

    (problem,) = caught.value.problems
    assert problem.code is Code.FORGE_RATE_LIMIT
    assert "61 min" in problem.message
    assert world.clock.monotonic() == 0


def test_a_limit_beyond_belief_is_told_in_words(world):
    world.trouble.always("POST", limited(world, 99_999_999_999_999_999))

    with pytest.raises(ForgeError) as caught:
        comment(world)

    assert caught.value.problems[0].message.endswith(" with this token for a day or longer")


def test_a_server_that_breaks_is_asked_again(world):
    world.trouble.instead("GET", BROKEN, BROKEN)
    world.trouble.instead("POST", BROKEN)

    comment(world)

    assert len(world.comments()) == 1


def test_a_server_that_stays_broken_is_told(world):
    world.trouble.always("POST", BROKEN)

    with pytest.raises(ForgeError) as caught:
        comment(world)

    (problem,) = caught.value.problems
    assert problem.code is Code.FORGE_REFUSED
    assert "502" in problem.message


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, Code.FORGE_NOT_AUTHENTICATED),
        (403, Code.FORGE_NOT_ALLOWED),
        (404, Code.FORGE_NOT_FOUND),
        (410, Code.FORGE_NOT_FOUND),
        (422, Code.FORGE_REFUSED),
        (400, Code.FORGE_REFUSED),
    ],
)
def test_each_refusal_has_its_code_and_a_hint(world, status, code):
    body = {"message": "no", "errors": [{"field": "body", "code": "custom", "message": "too long"}]}
    world.trouble.always("POST", Response(status, body))

    with pytest.raises(ForgeError) as caught:
        comment(world)

    (problem,) = caught.value.problems
    assert problem.code is code
    assert problem.hint
    if status not in {404, 410}:
        assert "no: too long" in problem.message


def test_what_a_forge_quotes_of_our_token_is_masked(world):
    token = hub.TOKEN if world.kind is ForgeKind.GITHUB else lab.TOKEN
    world.trouble.always("POST", Response(422, {"message": f"bad {token}"}))
    context = world.context()
    context.redactor.learn([token])

    with pytest.raises(ForgeError) as caught:
        _comment_in(world, context)

    assert token not in str(caught.value)


def _comment_in(world, context):
    with open_target(context, world.pipeline()) as target:
        comment_plans(target, Documents(plans=(make_plan(),)), links={})


def test_an_answer_that_is_no_json_is_told(world):
    world.trouble.always("GET", Response(200, b"<html>sign in</html>"))

    with pytest.raises(ForgeError) as caught:
        comment(world)

    assert caught.value.problems[0].code is Code.FORGE_UNREACHABLE


def test_our_token_follows_no_link_to_another_host(world):
    far = {"Link": '<http://localhost:9/elsewhere>; rel="next"'}
    world.trouble.always("GET", Response(200, [{"id": 1, "login": "x", "username": "x"}], far))
    world.author = "x"

    with pytest.raises(ForgeError) as caught:
        comment(world)

    assert "sends on to localhost:9" in str(caught.value)


def test_a_repository_that_was_renamed_is_followed_on_the_same_host(world):
    path = world.pipeline().api_url + "/somewhere"
    world.trouble.instead("GET", *([Response(307, None, {"Location": path})]))
    world.trouble.instead("/somewhere", Response(200, []))
    world.author = world.me

    comment(world)

    assert len(world.comments()) == 1


def test_without_a_token_nothing_is_asked(world):
    pipeline = replace(world.pipeline(), token=None)
    with pytest.raises(ForgeError) as caught, open_target(world.context(), pipeline):
        pass

    assert caught.value.problems[0].code is Code.FORGE_NOT_AUTHENTICATED
    assert world.trouble.log == []


def test_a_forge_that_cannot_be_reached_is_told(world):
    pipeline = replace(world.pipeline(), api_url="http://127.0.0.1:1")
    with pytest.raises(ForgeError) as caught, open_target(world.context(), pipeline) as target:
        target.forge.comments(1)

    assert caught.value.problems[0].code is Code.FORGE_UNREACHABLE


def test_the_primary_limit_is_waited_for_until_it_is_reset(world):
    if world.kind is not ForgeKind.GITHUB:
        pytest.skip("GitLab answers with Retry-After")
    world.trouble.instead("POST", hub.primary_limit(world.clock.now() + timedelta(seconds=90)))

    comment(world)

    assert world.clock.monotonic() >= 90


def test_a_secondary_limit_without_a_hint_takes_a_minute(world):
    if world.kind is not ForgeKind.GITHUB:
        pytest.skip("only GitHub leaves the hint out")
    world.trouble.instead("POST", hub.secondary_limit())

    comment(world)

    assert world.clock.monotonic() >= 60
