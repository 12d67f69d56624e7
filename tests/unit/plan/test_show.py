from array import array

import pytest

from reconcile.model.desired import IgnoreRule, Layer
from reconcile.model.marks import Marks, pack
from reconcile.model.plan import KeyChange, Part, Shown, ValueKind
from reconcile.model.plugin import SettingType
from reconcile.model.problem import Location
from reconcile.plan.reference import shown_reference
from reconcile.plan.show import hidden_keys, key_changes
from tests.unit.plan.worlds import (
    definition,
    desired,
    draft,
    live,
    live_connector,
    setting,
)

PLAIN = ValueKind.PLAIN


def shown(wanted, found=None, *settings):
    connectors = [found] if found is not None else []
    change = draft(desired(wanted), live(*connectors)).changes[0]
    known = {item.name: item for item in settings}
    return {item.key: item for item in key_changes(change, hidden_keys(change, known))}


def hidden(number, reference=""):
    return Shown(kind=ValueKind.SENSITIVE, number=number, reference=reference)


def test_plain_values_are_shown():
    keys = shown(definition(config={"file": "new"}), live_connector())
    assert keys == {
        "file": KeyChange(
            key="file",
            before=Shown(kind=PLAIN, text="out.txt"),
            after=Shown(kind=PLAIN, text="new"),
            location=Location("connectors/orders.yaml", 1, 1),
        )
    }


def test_a_new_connector_shows_all_its_keys():
    keys = shown(definition())
    assert list(keys) == ["connector.class", "file", "tasks.max", "topics"]
    assert all(item.before is None for item in keys.values())


def test_a_removed_key_has_no_value_after_and_no_place():
    keys = shown(definition(), live_connector(config={"gone": "x"}))
    assert keys["gone"].after is None
    assert keys["gone"].location is None


def test_equal_secrets_of_one_connector_have_one_number():
    keys = shown(
        definition(config={"a.password": "one-secret", "b.password": "other-secret"}),
        live_connector(config={"a.password": "old-secret", "b.password": "one-secret"}),
    )
    assert (keys["a.password"].before, keys["a.password"].after) == (hidden(1), hidden(2))
    assert (keys["b.password"].before, keys["b.password"].after) == (hidden(2), hidden(3))


def test_both_sides_are_hidden_where_one_is_sensitive():
    keys = shown(
        definition(config={"url": "http://host"}),
        live_connector(config={"url": "http://user:hunter2@host"}),
    )
    assert keys["url"].before == hidden(1)
    assert keys["url"].after == hidden(2)
    assert keys["url"].parts == ()


def test_the_password_type_hides_a_harmless_name():
    keys = shown(
        definition(config={"colour": "blue"}),
        live_connector(config={"colour": "red"}),
        setting("colour", SettingType.PASSWORD),
    )
    assert keys["colour"].sensitive


def test_a_value_made_from_a_reference_is_hidden_and_names_it():
    keys = shown(
        definition(config={"colour": "s3cret"}, references={"colour": "${{ env.COLOUR }}"}),
        live_connector(config={"colour": "red"}),
    )
    assert keys["colour"].before == hidden(1)
    assert keys["colour"].after == hidden(2, "${{ env.COLOUR }}")


def test_an_unresolved_secret_says_so():
    keys = shown(definition(references={"colour": "${{ env.COLOUR }}"}))
    assert keys["colour"].after == Shown(kind=ValueKind.UNRESOLVED, reference="${{ env.COLOUR }}")


def test_a_masked_value_says_so():
    keys = shown(definition(), live_connector(config={"token": "********"}))
    assert keys["token"].before == Shown(kind=ValueKind.MASKED)


def test_a_secret_repeated_under_another_key_is_hidden_there():
    keys = shown(
        definition(config={"pw": "hunter2-long"}, references={"pw": "${{ env.PW }}"}),
        live_connector(config={"pw": "old-one", "note": "it was hunter2-long"}),
    )
    assert keys["note"].before == hidden(1)


@pytest.mark.parametrize(
    ("secret", "before"),
    [
        ("a", Shown(kind=PLAIN, text="it was abcdef")),
        ("abcde", Shown(kind=PLAIN, text="it was abcdef")),
        ("abcdef", hidden(1)),
    ],
)
def test_a_secret_of_less_than_six_characters_does_not_hide_other_values(secret, before):
    keys = shown(
        definition(config={"pw": secret}, references={"pw": "${{ env.PW }}"}),
        live_connector(config={"note": "it was abcdef"}),
    )
    assert keys["note"].before == before


def test_structured_values_are_explained_inside():
    keys = shown(definition(config={"topics": "a,c"}), live_connector(config={"topics": "a,b"}))
    assert [part.part for part in keys["topics"].parts] == [Part.REMOVED, Part.ADDED]


def test_a_name_that_is_not_the_connectors_own_is_shown():
    keys = shown(definition(), live_connector(stray_name="foo"))
    assert keys["name"] == KeyChange(
        key="name", before=Shown(kind=PLAIN, text="foo"), after=Shown(kind=PLAIN, text="orders")
    )


def test_a_key_knows_the_line_it_stands_on():
    marks = Marks("connectors/orders.yaml", (("spec", "config", "file"),), array("Q", [pack(9, 5)]))
    wanted = definition(
        config={"file": "new"}, layers=(Layer(marks=marks, config=("spec", "config")),)
    )
    keys = shown(wanted, live_connector())
    assert keys["file"].location == Location("connectors/orders.yaml", 9, 5)


@pytest.mark.parametrize(
    ("key", "reference", "text"),
    [
        ("db.password", "${{ env.PW }}", "${{ env.PW }}"),
        ("db.url", "jdbc:x://h?password=${{ env.PW }}", "jdbc:x://h?password=${{ env.PW }}"),
        ("db.url", "jdbc:x://h?password=abc${{ env.PW }}", "${{ env.PW }}"),
        ("db.password", "abc${{ env.A }}${{ env.B }}", "${{ env.A }} ${{ env.B }}"),
    ],
)
def test_a_reference_is_shown_without_literal_secrets_around_it(key, reference, text):
    assert shown_reference(key, reference) == text


def test_what_is_deleted_shows_no_key():
    found = draft(desired(), live(live_connector()), owns=("*",), prune=True)
    assert key_changes(found.changes[0], hidden_keys(found.changes[0])) == ()


def test_what_git_says_under_an_ignored_key_hides_nothing_that_is_live():
    wanted = definition(config={"file": "new", "url": "http://user:hunter2@host"})
    found = live_connector(config={"url": "http://host"})
    rule = IgnoreRule(keys=("url",), reason="platform")
    (change,) = draft(desired(wanted), live(found), ignore=(rule,)).changes
    assert hidden_keys(change) == frozenset()
