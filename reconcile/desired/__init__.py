"""What git says should be: files in, checked definitions out."""
