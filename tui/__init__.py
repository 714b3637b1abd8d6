"""What you see: the Textual app, the line mode, the command line."""
