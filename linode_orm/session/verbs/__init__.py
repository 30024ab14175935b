"""The public calls of a session, a module a subject; `Session` inherits them."""
