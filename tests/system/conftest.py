"""What every process that a test starts may rely on."""

import signal

import pytest


@pytest.fixture(autouse=True)
def _ctrl_c_is_heard():
    """Undo what a shell does to whatever it runs in the background: SIGINT is ignored there."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
