"""Lists: raw rows of the API's lists, read page by page while objects come and go."""
