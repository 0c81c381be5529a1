"""What tests of several folders share: the page, served once a run."""

import os
from collections.abc import Iterator

import pytest

if "PYTEST_XDIST_WORKER" in os.environ:
    # As many threads as cores over all workers: threads that wait for each other crawl otherwise.
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_configure(config: pytest.Config) -> None:
    """Two habits of Gradio's server are no error here.

    It leaves event loops and their sockets to the garbage collector, and uses options of pandas
    that newer releases of pandas deprecate, inside the queue.
    """
    config.addinivalue_line("filterwarnings", "ignore:unclosed:ResourceWarning")
    config.addinivalue_line("filterwarnings", "ignore:.*no_silent_downcasting")
    config.addinivalue_line("filterwarnings", "ignore:The copy keyword is deprecated")


@pytest.fixture(scope="session")
def served_page() -> Iterator[str]:
    """The address of the running app on this machine, its default example worked out."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import app

    page = app.build()
    _, address, _ = page.launch(**app.launch_settings(), prevent_thread_lock=True, quiet=True)
    app.warm_up()
    yield address.rstrip("/")
    page.close()
