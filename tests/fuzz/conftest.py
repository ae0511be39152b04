"""Shares the processes that read photographs with the web's tests."""

from tests.collector.web.conftest import readers as readers
