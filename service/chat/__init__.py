"""What chat means: pure rules and use cases. No framework, no SQL, no sockets here."""
