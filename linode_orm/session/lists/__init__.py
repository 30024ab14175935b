"""Lists: whole lists of the API, read page by page as raw rows."""
