"""Run connectform as `python -m reconcile`."""

from reconcile.cli.app import main

if __name__ == "__main__":
    main()
