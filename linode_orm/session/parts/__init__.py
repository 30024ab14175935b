"""What a session is made of, and what its objects ask of it."""
