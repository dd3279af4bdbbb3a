"""The one account of this Superset, with the password that the environment names: made, or given that password."""

from __future__ import annotations

import os
import sys

from superset.app import create_app

USER = "admin"


def main() -> None:
    """Needs the roles that `superset init` makes. The password is in LEVERAGE_BI_PASSWORD and in no argument."""
    app = create_app()
    password = os.environ["LEVERAGE_BI_PASSWORD"]
    with app.app_context():
        security = app.appbuilder.sm
        user = security.find_user(USER)
        if user is not None:
            security.reset_password(user.id, password)
        elif not security.add_user(
            USER, "Leverage", "Analyst", "analyst@localhost", security.find_role("Admin"), password=password
        ):
            sys.exit(f"Superset refused to make the account {USER}")


if __name__ == "__main__":
    main()
