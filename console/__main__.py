"""`python -m console` is the `agent-console` command."""

from console.cli import main

if __name__ == "__main__":
    main()
