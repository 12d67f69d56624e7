from array import array

import pytest

from reconcile.model.config import Config
from reconcile.model.desired import Definition, Layer, TasksRange
from reconcile.model.marks import Marks, pack
from reconcile.model.problem import Location

HOME = Location("connectors/a.yaml", 1, 1)


def _layer(path: str, *positions: tuple[tuple[str, ...], int]) -> Layer:
    paths = tuple(place for place, _ in positions)
    packed = array("Q", [pack(line, 5) for _, line in positions])
    return Layer(
        marks=Marks(path, paths, packed),
        config=("spec", "config"),
        sugar={"tasks.max": ("spec", "tasksMax")},
    )


def _definition(*layers: Layer, **config: str) -> Definition:
    return Definition(
        name="a", cluster="local", config=Config(config), location=HOME, layers=layers
    )


@pytest.mark.parametrize(("live", "kept"), [(1, 2), (2, 2), (5, 5), (8, 8), (9, 8)])
def test_a_range_keeps_what_lies_inside(live: int, kept: int) -> None:
    assert TasksRange(2, 8).nearest(live) == kept


def test_a_key_stands_where_the_last_layer_sets_it() -> None:
    base = _layer("a.yaml", (("spec", "config", "topics"), 7), (("spec", "config", "file"), 8))
    overlay = _layer("a.yaml", (("spec", "config", "topics"), 20))
    definition = _definition(base, overlay)

    assert definition.locate("topics") == Location("a.yaml", 20, 5)
    assert definition.locate("file") == Location("a.yaml", 8, 5)


def test_a_key_made_from_a_field_stands_at_the_field() -> None:
    definition = _definition(_layer("a.yaml", (("spec", "tasksMax"), 6)))

    assert definition.locate("tasks.max") == Location("a.yaml", 6, 5)


def test_a_key_that_was_written_nowhere_stands_at_its_definition() -> None:
    assert _definition(_layer("a.yaml")).locate("topics") == HOME


def test_a_class_is_read_without_the_space_around_it() -> None:
    assert _definition(**{"connector.class": " FileStreamSink "}).class_name == "FileStreamSink"
    assert _definition().class_name == ""
