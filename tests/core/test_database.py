"""The suite runs on the database it was asked to run on."""

from __future__ import annotations

import os

import pytest
from django.db import connection


@pytest.mark.django_db
def test_tests_run_on_the_database_that_was_asked_for(pytestconfig: pytest.Config) -> None:
    assert connection.vendor == pytestconfig.getoption("database")


def test_state_lies_in_a_temporary_folder() -> None:
    assert "yakuba-test-" in os.environ["YAKUBA_HOME"]
