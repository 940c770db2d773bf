"""``python -m yakuba`` is the same as the ``yakuba`` command."""

from yakuba.cli import main

main()
