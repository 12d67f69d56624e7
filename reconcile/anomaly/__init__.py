"""Tell what is unusual in a series of samples, one sample at a time; pure."""
