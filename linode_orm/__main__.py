"""`python -m linode_orm`: the command line."""

from __future__ import annotations

from linode_orm.cli import main

if __name__ == "__main__":
    main()
