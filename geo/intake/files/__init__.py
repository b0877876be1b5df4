"""Files opened: told by content, read under limits, strangers' only in a child process; out come cells of text."""
