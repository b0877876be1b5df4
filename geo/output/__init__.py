"""Answers to things people look at: maps, tables, text in their language."""
