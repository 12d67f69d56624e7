"""One contract for all places that a ledger can be kept in."""

import threading
from dataclasses import replace

import pytest

from reconcile.ledger.keys import connector_key, quoted, unquoted
from reconcile.ledger.reading import read_memory
from reconcile.ledger.store import Store
from reconcile.ledger.writing import record_text
from reconcile.model.ledger import Record
from tests.fake_clock import FakeClock
from tests.ledger.places import Place

NOW = FakeClock().now()
ODD_NAMES = ["", ".", "..", "a/b", "a b", "é", "%2E", "a.lock", "x" * 200, "\n", "*", "a~1"]


def test_a_place_that_nobody_wrote_to_is_empty_and_reading_makes_nothing(place: Place) -> None:
    assert dict(place.open().read("")) == {}
    assert dict(place.open().read("connector/", "hold/")) == {}


def test_what_is_written_is_read_back_by_prefix_by_everybody(place: Place) -> None:
    entries = {"connector/a": '{"é": "x\\ny"}', "connector/b": "2", "hold/a": "3"}

    assert place.open().swap(entries, given={})
    other = place.open()
    assert dict(other.read("connector/")) == {
        key: text for key, text in entries.items() if key.startswith("connector/")
    }
    assert dict(other.read("hold/", "connector/b")) == {"hold/a": "3", "connector/b": "2"}


def test_a_swap_is_made_where_all_is_as_given_and_else_not_at_all(place: Place) -> None:
    store, other = place.open(), place.open()
    assert store.swap({"run/1": "a", "run/2": "b"}, given={"run/1": None})

    assert not other.swap({"run/1": "x", "run/3": "c"}, given={"run/1": None})
    assert not other.swap({"run/1": "x", "run/3": "c"}, given={"run/1": "a", "run/2": "other"})
    assert dict(store.read("")) == {"run/1": "a", "run/2": "b"}
    assert other.swap({"run/1": None, "run/3": "c"}, given={"run/1": "a", "run/9": None})
    assert dict(store.read("")) == {"run/2": "b", "run/3": "c"}


def test_removing_what_is_not_there_is_fine(place: Place) -> None:
    store = place.open()

    assert store.swap({"run/1": None, "run/2": "b"}, given={})
    assert store.swap({"run/2": None, "run/7": None}, given={})
    assert dict(store.read("")) == {}


def test_names_of_any_kind_have_an_entry_each(place: Place) -> None:
    store = place.open()
    entries = {connector_key(name): f'"{number}"' for number, name in enumerate(ODD_NAMES)}

    assert store.swap(entries, given={})
    assert dict(place.open().read("connector/")) == entries


def test_bytes_of_an_environment_that_are_no_text_can_be_kept(place: Place) -> None:
    store, actor = place.open(), "ada\udcff"
    record = Record(name="a\ud800", project="shop", applied=None, at=NOW, actor=actor)
    entries = {connector_key(record.name): record_text(record)}

    assert store.swap(entries, given={})
    assert read_memory(place.open()).records[record.name] == record


def test_a_record_is_parsed_again_once_it_has_changed_and_not_before(place: Place) -> None:
    store = place.open()
    kept, changed = (Record(name=one, project="shop", applied=None, at=NOW) for one in "ab")
    store.swap({connector_key(one.name): record_text(one) for one in (kept, changed)}, given={})
    before = read_memory(store)
    assert [*before.records.values()] == [kept, changed]
    other = replace(changed, actor="ada")

    store.swap({connector_key("b"): record_text(other), connector_key("c"): None}, given={})
    after = read_memory(store, before)

    assert after.records["a"] is before.records["a"]
    assert after.records["b"] == other
    store.swap({connector_key("a"): None}, given={})
    assert [*read_memory(store, after).records] == ["b"]


@pytest.mark.parametrize("name", [*ODD_NAMES, "\udc80"])
def test_a_quoted_name_is_one_harmless_part_of_a_path(name: str) -> None:
    part = quoted(name)

    assert unquoted(part) == name
    assert part.isascii()
    assert part
    assert not {"/", ".", "*", "~", " ", "\n"} & set(part)


def test_of_two_that_come_in_the_same_moment_one_wins(place: Place) -> None:
    races(place, rounds=10)


@pytest.mark.soak
def test_of_two_that_come_in_the_same_moment_one_wins_every_time(place: Place) -> None:
    races(place, rounds=50)


def races(place: Place, *, rounds: int) -> None:
    stores = [place.open(), place.open()]
    for number in range(rounds):
        key = f"run/{number}"
        won = _together(stores, key)
        assert sorted(won) == [False, True]
        assert dict(place.open().read(key)) == {key: f'"{won.index(True)}"'}


def _together(stores: list[Store], key: str) -> list[bool]:
    start = threading.Barrier(len(stores))
    won = [False] * len(stores)

    def attempt(number: int) -> None:
        start.wait()
        won[number] = stores[number].swap({key: f'"{number}"'}, given={key: None})

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(len(stores))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return won
