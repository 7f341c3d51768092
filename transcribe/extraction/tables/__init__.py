"""Table extraction: rows and columns of tables without a grid."""
