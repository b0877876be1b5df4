"""The words of the project: tables, units, errors, assumptions and schemes. Imports no other room."""
