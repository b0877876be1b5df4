"""Yida's library: from a county's files to answers about reach. It never imports streamlit."""
