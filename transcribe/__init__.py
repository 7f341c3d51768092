"""Gets readings, from machines and from people, and keeps them."""
