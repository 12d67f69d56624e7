"""Times in which nothing is written."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.desired.freezes import parse_moment
from reconcile.model.problem import Location
from reconcile.model.project import Freeze
from tests.unit.desired.repository import problems_with, repository

HEAD = (
    "apiVersion: connectform/v1\nkind: Project\nmetadata: {name: shop}\n"
    "clusters:\n  local:\n    url: http://a\n"
)
LAST = datetime.max.replace(tzinfo=UTC)


def freezes(folder, text):
    project = repository(folder, {}, project=f"{HEAD}    freezes: [{text}]\n").project
    return project.clusters["local"].freezes


def problems(folder, text):
    return problems_with(folder, {}, project=f"{HEAD}    freezes: {text}\n")


def test_a_freeze_is_read_with_its_place(tmp_path):
    found = freezes(
        tmp_path,
        "{from: 2026-12-20, until: 2027-01-02, reason: year-end close, by: finance,"
        " connectors: [billing-*, 7]}",
    )

    assert found == (
        Freeze(
            reason="year-end close",
            begins=datetime(2026, 12, 20, tzinfo=UTC),
            ends=datetime(2027, 1, 3, tzinfo=UTC),
            connectors=("billing-*", "7"),
            by="finance",
            location=Location("connectform.yaml", 7, 15),
        ),
    )


def test_a_freeze_holds_for_all_connectors_where_it_names_none(tmp_path):
    (found,) = freezes(tmp_path, "{from: 2026-12-20, until: 2026-12-20, reason: a day}")

    assert (found.connectors, found.by) == (("*",), "")
    assert found.ends - found.begins == timedelta(days=1)


def test_a_ticket_may_be_a_reason_and_a_name(tmp_path):
    (found,) = freezes(tmp_path, "{from: 2026-12-20, until: 2026-12-21, reason: 4711, by: 12}")

    assert (found.reason, found.by) == ("4711", "12")


def test_a_cluster_has_no_freezes_unless_it_says_so(tmp_path):
    assert repository(tmp_path, {}).project.clusters["local"].freezes == ()


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("2026-12-20", datetime(2026, 12, 20, tzinfo=UTC), datetime(2026, 12, 21, tzinfo=UTC)),
        ("2028-02-29", datetime(2028, 2, 29, tzinfo=UTC), datetime(2028, 3, 1, tzinfo=UTC)),
        ("9999-12-31", datetime(9999, 12, 31, tzinfo=UTC), LAST),
        *[
            (text, datetime(2026, 12, 20, 18, tzinfo=UTC), datetime(2026, 12, 20, 18, tzinfo=UTC))
            for text in (
                "2026-12-20T18:00:00Z",
                "2026-12-20T18:00Z",
                "2026-12-20 18:00:00+00:00",
                "2026-12-20T20:00:00+02:00",
                "2026-12-20T12:30:00-05:30",
            )
        ],
    ],
)
def test_days_are_whole_ones_in_utc_and_times_are_what_they_say(text, begins, ends):
    assert parse_moment(text) == begins
    assert parse_moment(text, ends=True) == ends
    assert parse_moment(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        *("", "tomorrow", "2026", "20261220", "2026-13-01", "2027-02-29", "2026-12-20\n"),
        *("2026-12-20T18:00:00", "2026-12-20T18:00", "2026-W51-7", "2026-12-20T25:00Z"),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-01:00", "2026-12-20T18:00+99:00"),
        *("２０２６-12-20", "2026-12-20\ud800", "${{ env.DAY }}"),
    ],
)
@pytest.mark.parametrize("ends", [False, True])
def test_everything_else_is_no_time(text, ends):
    with pytest.raises(ValueError):  # noqa: PT011  # any ValueError is told the same way
        parse_moment(text, ends=ends)


@given(
    st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 12, 31)),  # noqa: DTZ001
    st.integers(min_value=-23, max_value=23),
)
def test_a_time_is_the_same_moment_in_any_zone(moment, hours):
    written = moment.replace(tzinfo=timezone(timedelta(hours=hours)))

    assert parse_moment(written.isoformat()) == written


@given(st.text(max_size=40))
def test_any_text_is_a_time_in_utc_or_none(text):
    try:
        found = parse_moment(text)
    except ValueError:
        return

    assert found.utcoffset() == timedelta()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "[{from: 2026-12-21, until: 2026-12-20, reason: r}]",
            ["7:34 CF105 clusters.local.freezes[0] ends before it begins"],
        ),
        (
            "[{from: 2026-12-20T18:00:00Z, until: 2026-12-20T18:00:00Z, reason: r}]",
            ["7:44 CF105 clusters.local.freezes[0] ends before it begins"],
        ),
        (
            "[{from: 2026-12-20T18:00:00, until: 2026-13-20, reason: r}]",
            [
                "7:16 CF105 clusters.local.freezes[0].from: 2026-12-20T18:00:00 is no time",
                "7:43 CF105 clusters.local.freezes[0].until: 2026-13-20 is no time",
            ],
        ),
        (
            "[{from: 2026, until: 2026-12-20, reason: r}]",
            ["7:16 CF104 clusters.local.freezes[0].from must be a day or a time, not 2026"],
        ),
        ("[{until: 2026-12-20, reason: r}]", ["7:15 CF106 clusters.local.freezes[0] has no from"]),
        (
            "[{from: 2026-12-20, until: 2026-12-21}]",
            ["7:15 CF106 clusters.local.freezes[0] has no reason"],
        ),
        (
            "[{from: 2026-12-20, until: 2026-12-21, reason: ''}]",
            ["7:53 CF105 clusters.local.freezes[0].reason is empty"],
        ),
        (
            "[{from: 2026-12-20, until: 2026-12-21, reason: r, connectors: a}]",
            [
                (
                    "7:64 CF104 clusters.local.freezes[0].connectors must be a list of connector"
                    " names, not text"
                )
            ],
        ),
        (
            "[{from: 2026-12-20, until: 2026-12-21, reason: r, to: a}]",
            ['7:64 CF103 unknown field "to" in clusters.local.freezes[0]'],
        ),
        ("[winter]", ['7:15 CF104 clusters.local.freezes[0] must be a mapping, not "winter"']),
        ("winter", ['7:5 CF104 clusters.local.freezes must be a list, not "winter"']),
    ],
)
def test_what_is_wrong_with_a_freeze_is_told_with_its_place(tmp_path, text, found):
    assert problems(tmp_path, text) == [f"connectform.yaml:{line}" for line in found]
