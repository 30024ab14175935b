"""How a plan is shown to people: as text, and as a page."""
