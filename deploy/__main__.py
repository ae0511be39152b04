"""``python -m deploy``, the same as ``sonmat``: torchrun wants a module."""

from deploy.cli.main import main

if __name__ == "__main__":
    main()
