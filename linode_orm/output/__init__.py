"""Values out: tables of cells, and the forms in which they leave: JSON, CSV, Arrow, HTML, a terminal."""
