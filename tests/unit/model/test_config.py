import copy
import json
import pickle

import pytest

from reconcile.model.config import Config, Secret

PASSWORD = "hunter2-hunter2"


def test_a_secret_is_read_by_revealing_it_alone() -> None:
    secret = Secret(PASSWORD)

    assert secret.reveal() == PASSWORD
    assert PASSWORD not in f"{secret} {secret!r} {[secret]}"


def test_a_secret_is_not_compared_by_accident() -> None:
    secret = Secret(PASSWORD)

    assert secret == secret  # noqa: PLR0124  # the same object is itself
    with pytest.raises(TypeError, match="compared by what they reveal"):
        _ = secret == Secret(PASSWORD)
    with pytest.raises(TypeError, match="unhashable"):
        hash(secret)


@pytest.mark.parametrize("value", [Secret(PASSWORD), Config({"password": PASSWORD})])
def test_what_may_be_secret_is_not_serialised(value: object) -> None:
    for serialise in (pickle.dumps, copy.deepcopy, json.dumps):
        with pytest.raises(TypeError) as refused:
            serialise(value)
        assert PASSWORD not in str(refused.value)


def test_a_config_leaves_out_what_a_server_adds() -> None:
    config = Config({"name": "a", "__internal.id": "1", "topics": "t"})

    assert config.keys() == ("topics",)
    assert dict(config.reveal()) == {"topics": "t"}


def test_a_config_shows_how_many_keys_it_has_and_no_value() -> None:
    assert repr(Config({"password": PASSWORD, "topics": "t"})) == "Config(2 keys)"


def test_a_key_may_be_unresolved() -> None:
    config = Config({"a": "1"}, {"b": "${{ env.B }}"})

    assert config.keys() == ("a", "b")
    assert len(config) == 2
    assert "b" in config
    assert "c" not in config
    assert config.get("b") is None
    assert config.reference("b") == "${{ env.B }}"
    assert dict(config.references()) == {"b": "${{ env.B }}"}
    assert config.unresolved() == {"b"}


def test_a_copy_has_some_values_replaced_and_some_keys_left_out() -> None:
    config = Config({"a": "1", "b": "2", "c": "3"}, {"b": "${{ env.B }}", "d": "${{ env.D }}"})

    copied = config.replaced({"b": "plain"}, without=["c"])

    assert dict(copied.reveal()) == {"a": "1", "b": "plain"}
    assert dict(copied.references()) == {"d": "${{ env.D }}"}


def test_configs_are_equal_by_values_and_references() -> None:
    assert Config({"a": "1"}) == Config({"a": "1", "name": "x"})
    assert Config({"a": "1"}) != Config({"a": "2"})
    assert Config({"a": "1"}) != Config({"a": "1"}, {"a": "${{ env.A }}"})
    assert Config({}) != {}
    with pytest.raises(TypeError, match="unhashable"):
        hash(Config({}))


def test_revealed_values_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        Config({"a": "1"}).reveal()["a"] = "2"  # type: ignore[index]
