"""`python -m server` is `dayi`."""

from server.cli import main

if __name__ == "__main__":
    main(prog_name="dayi")
