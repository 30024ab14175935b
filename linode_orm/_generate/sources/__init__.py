"""Other sources of what the API has: the official clients for Python and for JavaScript, read and never run."""
