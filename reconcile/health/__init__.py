"""Judge live states; pure."""
