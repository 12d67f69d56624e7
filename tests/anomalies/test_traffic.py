"""How well anomalies are found in generated traffic, and how rarely without one."""

from tests.traffic_judged import CLEAN_SERIES, FAULTS, clean_findings, found_after


def test_two_weeks_of_clean_traffic_hold_next_to_no_anomaly() -> None:
    found = {number: clean_findings(number) for number in range(CLEAN_SERIES)}

    assert sum(map(len, found.values())) <= 5, {n: f for n, f in found.items() if f}


def test_nine_of_ten_faults_are_found_within_a_quarter_of_an_hour() -> None:
    minutes = {(number, fault): found_after(number, fault) for number, fault in enumerate(FAULTS)}

    missed = {key: after for key, after in minutes.items() if after is None or after > 15}
    assert len(missed) <= len(FAULTS) // 10, missed
