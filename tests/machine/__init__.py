import pytest

pytest.register_assert_rewrite("tests.machine.checks", "tests.machine.stage")
