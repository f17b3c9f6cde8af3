"""``python -m repository``: the command line."""

from repository.cli import main

if __name__ == "__main__":
    main()
