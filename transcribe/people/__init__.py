"""People: how they sign in, and the arithmetic of their time and pay."""
