"""The pages, one file each: every file here brings a `router`, and the app includes them all."""
