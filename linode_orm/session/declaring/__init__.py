"""Declaring what should be: wanted objects are compared with those of the account, and become pending changes."""
