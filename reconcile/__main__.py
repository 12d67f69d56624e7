"""Run connectform: the command `connectform`, and `python -m reconcile`."""

import os
import signal
import sys

_INTERRUPTED = 130


def main() -> None:
    """Run one command and exit with its code; every signal that asks to stop ends it as Ctrl-C does."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    try:
        # Loading takes a moment in which an interruption must not look like a fault.
        from reconcile.cli.app import run  # noqa: PLC0415

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = _INTERRUPTED
    if code == _INTERRUPTED:
        # Threads may still wait for answers that nobody wants any more: Python would wait for them.
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    main()
