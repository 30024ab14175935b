"""Writes the declarations in linode_orm/models from the API's description and the facts that people keep beside it."""
