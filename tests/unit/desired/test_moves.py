"""Protection, what becomes of offsets, and the names that connectors had before."""

import pytest

from reconcile.desired.load import check_files
from reconcile.model.desired import MovedFrom, OffsetsOnDelete
from reconcile.model.problem import Location
from tests.unit.desired.repository import PROJECT, lines_of, load, problems_with, repository

HEAD = "apiVersion: connectform/v1\nkind: Connector\n"


def connector(name, spec="", *, clusters="", overlays=""):
    """Write a definition; `spec` stands in line 4, from column 18 on."""
    rest = f", clusters: [{clusters}]" if clusters else ""
    more = f"overlays: {overlays}\n" if overlays else ""
    return f"{HEAD}metadata: {{name: {name}{rest}}}\nspec: {{class: X, {spec}}}\n{more}"


def files(*texts):
    return {f"connectors/{letter}.yaml": text for letter, text in zip("abcd", texts, strict=False)}


def desired(folder, *texts, project=PROJECT, cluster="local", keep_going=False):
    loaded = repository(folder, files(*texts), project=project)
    return load(loaded, clusters=(cluster,), keep_going=keep_going).clusters[cluster]


def one(folder, text, *, project=PROJECT, cluster="local"):
    return desired(folder, text, project=project, cluster=cluster).definitions["orders"]


def place(column=18, line=4, path="connectors/a.yaml"):
    return Location(path, line, column)


def test_without_a_word_nothing_is_protected_and_offsets_are_kept(tmp_path):
    found = one(tmp_path, connector("orders"))

    assert not found.protect
    assert found.on_delete is OffsetsOnDelete.KEEP
    assert found.moved_from is None


@pytest.mark.parametrize(
    ("default", "spec", "overlay", "protect", "offsets"),
    [
        ("protect: true", "", "", True, "keep"),
        ("protect: true", "protect: false", "", False, "keep"),
        ("protect: true", "protect: false", "protect: true", True, "keep"),
        ("", "protect: true", "protect: false", False, "keep"),
        ("", "", "protect: true", True, "keep"),
        ("onDelete: {offsets: reset}", "", "", False, "reset"),
        ("onDelete: {offsets: reset}", "onDelete: {}", "", False, "reset"),
        ("onDelete: {offsets: reset}", "onDelete: {offsets: keep}", "", False, "keep"),
        ("", "onDelete: {offsets: keep}", "onDelete: {offsets: reset}", False, "reset"),
        ("protect: true", "onDelete: {offsets: reset}", "wave: 1", True, "reset"),
    ],
)
def test_later_layers_win(tmp_path, default, spec, overlay, protect, offsets):
    text = connector("orders", spec, overlays=f"{{local: {{spec: {{{overlay}}}}}}}")
    found = one(tmp_path, text, project=f"{PROJECT}defaults: [{{spec: {{{default}}}}}]\n")

    assert (found.protect, found.on_delete) == (protect, OffsetsOnDelete(offsets))


def test_an_overlay_speaks_of_its_own_cluster_alone(tmp_path):
    overlays = "{prod: {spec: {protect: true, movedFrom: old}}}"
    text = connector("orders", overlays=overlays)

    local, prod = (one(tmp_path, text, cluster=cluster) for cluster in ("local", "prod"))

    assert (local.protect, local.moved_from) == (False, None)
    assert (prod.protect, prod.moved_from.name) == (True, "old")


@pytest.mark.parametrize(
    ("spec", "overlay", "found"),
    [
        ("movedFrom: old", "", MovedFrom(name="old", location=place())),
        ("movedFrom: 0777", "", MovedFrom(name="0777", location=place())),
        ("movedFrom: 123", "", MovedFrom(name="123", location=place())),
        ("movedFrom: team/old", "", MovedFrom(name="team/old", location=place())),
        (
            "movedFrom: {cluster: prod, name: orders}",
            "",
            MovedFrom(name="orders", cluster="prod", location=place()),
        ),
        ("movedFrom: {cluster: local, name: old}", "", MovedFrom(name="old", location=place())),
        ("movedFrom: null", "", None),
        ("movedFrom: old", "movedFrom: null", None),
        ("movedFrom: old", "movedFrom: older", MovedFrom(name="older", location=place(27, 5))),
        ("movedFrom: old", "wave: 1", MovedFrom(name="old", location=place())),
        ("", "movedFrom: older", MovedFrom(name="older", location=place(27, 5))),
        (
            "movedFrom: old",
            "movedFrom: {cluster: prod, name: old}",
            MovedFrom(name="old", cluster="prod", location=place(27, 5)),
        ),
    ],
)
def test_a_connector_moves_from_where_its_last_layer_says(tmp_path, spec, overlay, found):
    overlays = f"{{local: {{spec: {{{overlay}}}}}}}" if overlay else ""
    text = connector("orders", spec, clusters="local", overlays=overlays)

    assert one(tmp_path, text).moved_from == found


@pytest.mark.parametrize(
    ("spec", "line"),
    [
        ("protect: yes", '18 CF104 spec.protect must be true or false, not "yes"'),
        ('protect: "true"', '18 CF104 spec.protect must be true or false, not "true"'),
        ("protect: null", "18 CF104 spec.protect must be true or false, not null"),
        ("onDelete: keep", '18 CF104 spec.onDelete must be a mapping, not "keep"'),
        ("onDelete: null", "18 CF104 spec.onDelete must be a mapping, not null"),
        (
            "onDelete: {offsets: drop}",
            '29 CF105 spec.onDelete.offsets must be keep or reset, not "drop"',
        ),
        ("onDelete: {offset: keep}", '29 CF103 unknown field "offset" in spec.onDelete'),
        ("movedFrom: ''", "18 CF105 spec.movedFrom is empty"),
        ("movedFrom: {name: a}", "18 CF106 spec.movedFrom has no cluster"),
        ("movedFrom: {cluster: prod}", "18 CF106 spec.movedFrom has no name"),
        (
            "movedFrom: {cluster: prod, name: a, b: c}",
            '54 CF103 unknown field "b" in spec.movedFrom',
        ),
        ("movedFrom: {cluster: prod, name: ''}", "45 CF105 spec.movedFrom.name is empty"),
        ("movedFrom: '${{ var.HOST }}'", "18 CF114 spec.movedFrom holds a reference"),
        (
            "movedFrom: {cluster: '${{ cluster.name }}', name: a}",
            "18 CF114 spec.movedFrom holds a reference",
        ),
        ("movedFrom: orders", "18 CF105 movedFrom: orders cannot move from its own name"),
        (
            "movedFrom: {cluster: local, name: orders}",
            "18 CF105 movedFrom: orders cannot move from its own name",
        ),
        (
            "movedFrom: {cluster: prd, name: old}",
            '18 CF118 movedFrom: the project has no cluster "prd"',
        ),
    ],
)
def test_what_is_wrong_with_a_field_is_told_with_its_place(tmp_path, spec, line):
    text = connector("orders", spec, clusters="local")

    assert problems_with(tmp_path, files(text)) == [f"connectors/a.yaml:4:{line}"]


def test_a_list_is_no_place_to_move_from(tmp_path):
    (found,) = problems_with(tmp_path, files(connector("orders", "movedFrom: [a]")))

    assert found.startswith("connectors/a.yaml:4:18 CF104 spec.movedFrom must be a name, or a")


def test_a_misspelt_cluster_gets_a_guess(tmp_path):
    text = connector("orders", "movedFrom: {cluster: prd, name: old}")
    (found,) = check_files(repository(tmp_path, files(text)), clusters=("local", "prod")).problems

    assert found.hint == "did you mean prod?"
    assert found.connector == "orders"


def test_defaults_cannot_say_where_connectors_move_from(tmp_path):
    project = f"{PROJECT}defaults: [{{spec: {{movedFrom: old}}}}]\n"

    assert problems_with(tmp_path, files(connector("orders")), project=project) == [
        "connectform.yaml:7:20 CF105 defaults cannot say where connectors move from"
    ]


def test_two_definitions_cannot_move_from_one_name(tmp_path):
    texts = (connector("a", "movedFrom: old"), connector("b", "movedFrom: old"))

    assert problems_with(tmp_path, files(*texts)) == [
        "connectors/b.yaml:4:18 CF105 movedFrom: a is moved from old already"
    ]


def test_two_clusters_cannot_take_one_connector(tmp_path):
    claim = "movedFrom: {cluster: prod, name: old}"
    loaded = repository(
        tmp_path,
        files(
            connector("a", claim, clusters="local"),
            connector("b", "movedFrom: old", clusters="prod"),
        ),
    )
    found = check_files(loaded, clusters=("local", "prod")).problems

    assert lines_of(found) == [
        "connectors/b.yaml:4:18 CF105 movedFrom: a on cluster local is moved from old already"
    ]


def test_a_definition_for_two_clusters_moves_to_one_alone(tmp_path):
    project = f"{PROJECT}  eu: {{url: http://eu}}\n"
    claim = "movedFrom: {cluster: eu, name: old}"
    undone = "{prod: {spec: {movedFrom: null}}}"

    def problems(overlays=""):
        text = connector("orders", claim, clusters="local, prod", overlays=overlays)
        loaded = repository(tmp_path, files(text), project=project)
        return lines_of(check_files(loaded, clusters=("local", "prod", "eu")).problems)

    told = (
        "connectors/a.yaml:4:18 CF105 movedFrom: orders on cluster local is moved from old already"
    )
    assert problems()[0] == told
    assert told not in problems(undone)


def test_the_same_old_name_may_be_left_on_every_cluster(tmp_path):
    loaded = repository(tmp_path, files(connector("orders", "movedFrom: old")))

    assert check_files(loaded, clusters=("local", "prod")).problems == ()


def test_a_connector_that_should_leave_a_cluster_must_not_be_declared_there(tmp_path):
    text = connector("orders", "movedFrom: {cluster: prod, name: orders}")
    (found,) = check_files(repository(tmp_path, files(text)), clusters=("local", "prod")).problems

    assert found.message == "movedFrom: orders cannot move from its own name"
    assert found.hint == "remove movedFrom, or leave prod out of metadata.clusters"


@pytest.mark.parametrize(
    "other",
    [
        connector("old"),
        connector("old", "config: {password: '${{ env.NOT_SET }}'}"),
        connector("old", "movedFrom: orders"),
        connector("old", "bogus: 1"),
        connector("old", clusters="nowhere"),
    ],
)
def test_a_name_that_git_still_declares_is_not_moved_from(tmp_path, other):
    found = desired(tmp_path, connector("orders", "movedFrom: old"), other, keep_going=True)

    assert (
        "connectors/a.yaml:4:18 CF105 movedFrom: git still declares old, which orders is moved from"
    ) in lines_of(found.problems)
    assert "orders" not in found.definitions
    assert not found.complete


def test_a_name_that_git_declares_for_another_cluster_is_free(tmp_path):
    texts = (connector("orders", "movedFrom: old"), connector("old", clusters="prod"))

    assert problems_with(tmp_path, files(*texts)) == []


def test_a_wrong_move_leaves_out_its_definition_alone(tmp_path):
    found = desired(
        tmp_path,
        connector("a", "movedFrom: a"),
        connector("b", "movedFrom: old"),
        connector("c", "movedFrom: old"),
        keep_going=True,
    )

    assert list(found.definitions) == ["b"]


def test_what_moves_to_another_cluster_is_departing(tmp_path):
    texts = (
        connector("a", "movedFrom: {cluster: local, name: gone}", clusters="prod"),
        connector("b", "movedFrom: {cluster: prod, name: come}", clusters="local"),
        connector("c", "movedFrom: renamed"),
    )
    local, prod = (desired(tmp_path, *texts, cluster=cluster) for cluster in ("local", "prod"))

    assert (local.departing, prod.departing) == ({"gone"}, {"come"})


@pytest.mark.parametrize(
    ("spec", "clusters", "overlays"),
    [
        ("movedFrom: {cluster: local, name: gone}", "local", ""),
        ("movedFrom: gone", "prod", ""),
        (
            "movedFrom: {cluster: local, name: gone}",
            "local, prod",
            "{prod: {spec: {movedFrom: null}}}",
        ),
    ],
)
def test_what_nobody_takes_is_not_departing(tmp_path, spec, clusters, overlays):
    text = connector("orders", spec, clusters=clusters, overlays=overlays)

    assert desired(tmp_path, text, keep_going=True).departing == frozenset()


def test_an_overlay_may_take_a_connector_from_another_cluster(tmp_path):
    overlays = "{prod: {spec: {movedFrom: {cluster: local, name: gone}}}}"

    assert desired(tmp_path, connector("orders", overlays=overlays)).departing == {"gone"}


def test_a_definition_that_cannot_be_used_still_keeps_what_it_moves_from(tmp_path):
    spec = "movedFrom: {cluster: local, name: gone}, config: {a: '${{ var.NONE }}'}"
    found = desired(tmp_path, connector("orders", spec, clusters="prod"), keep_going=True)

    assert found.departing == {"gone"}


def test_of_a_cluster_that_is_moved_from_the_declared_names_are_known(tmp_path):
    texts = (
        connector("a", "movedFrom: {cluster: prod, name: old}", clusters="local"),
        connector("b"),
        connector("old", clusters="prod"),
    )

    assert desired(tmp_path, *texts).declared_on == {"prod": {"b", "old"}}
    assert desired(tmp_path, *texts, cluster="prod").declared_on == {}


def test_a_definition_that_cannot_be_used_counts_as_declared_on_every_cluster(tmp_path):
    texts = (
        connector("a", "movedFrom: {cluster: prod, name: old}", clusters="local"),
        connector("old", "bogus: 1", clusters="prod"),
    )

    assert "old" in desired(tmp_path, *texts, keep_going=True).declared_on["prod"]


@pytest.mark.parametrize("spec", ["movedFrom: old", "movedFrom: {cluster: local, name: old}"])
def test_of_other_clusters_nothing_is_asked(tmp_path, spec):
    assert desired(tmp_path, connector("a", spec, clusters="local")).declared_on == {}


@pytest.mark.parametrize("field", ["protect: true", "onDelete: {}", "movedFrom: old"])
def test_a_resource_of_strimzi_has_none_of_these(tmp_path, field):
    text = (
        "apiVersion: kafka.strimzi.io/v1beta2\nkind: KafkaConnector\n"
        f"metadata: {{name: orders}}\nspec: {{class: X, {field}}}\n"
    )
    name = field.partition(":")[0]
    (found,) = problems_with(tmp_path, files(text))

    assert found.startswith(
        f'connectors/a.yaml:4:18 CF103 "{name}" is no field of a KafkaConnector'
    )


@pytest.mark.parametrize("field", ["protect", "onDelete", "movedFrom"])
def test_json_of_connect_holds_settings_alone(tmp_path, field):
    text = f'{{"name": "orders", "config": {{"connector.class": "X", "{field}": "true"}}}}'
    loaded = repository(tmp_path, {"connectors/a.json": text})
    found = load(loaded).clusters["local"].definitions["orders"]

    assert found.config.get(field) == "true"
    assert (found.protect, found.moved_from) == (False, None)
