"""``python -m deploy``: the ``sonmat`` command as a module, which torchrun needs."""

from deploy.cli.main import main

if __name__ == "__main__":
    main()
