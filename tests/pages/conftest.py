"""Pages keep what they opened in caches of the process: each module of tests begins with empty ones."""

from collections.abc import Iterator

import pytest
import streamlit as st


@pytest.fixture(scope="module", autouse=True)
def empty_caches() -> Iterator[None]:
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()
