import tempfile
from pathlib import Path

import pytest


@pytest.fixture
def tmp_project_dir():
    """Gone when the test is over, with the logs in it."""
    with tempfile.TemporaryDirectory() as directory:
        yield Path(directory)
