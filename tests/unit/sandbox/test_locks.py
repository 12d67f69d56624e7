import pytest

from reconcile.sandbox.locks import file_lock
from tests.fake_clock import FakeClock


def test_a_held_lock_is_waited_for_until_time_is_up(tmp_path):
    clock, told = FakeClock(), []
    with (
        file_lock(tmp_path / "l", clock, timeout=0),
        pytest.raises(TimeoutError),
        file_lock(tmp_path / "l", clock, timeout=5, on_wait=lambda: told.append("waiting")),
    ):
        pass
    assert told == ["waiting"]
    assert clock.monotonic() == 5


def test_a_lock_is_free_again_afterwards(tmp_path):
    for _ in range(2):
        with file_lock(tmp_path / "folder" / "l", FakeClock(), timeout=0):
            pass


def test_a_lock_is_free_again_after_an_error(tmp_path):
    with pytest.raises(ValueError, match="x"), file_lock(tmp_path / "l", FakeClock(), timeout=0):
        raise ValueError("x")
    with file_lock(tmp_path / "l", FakeClock(), timeout=0):
        pass
