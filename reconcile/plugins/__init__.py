"""What plugins say of their settings, and what names and values say by themselves."""
