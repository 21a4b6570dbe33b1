"""What an analysis says: `briefing` for the terminal, `save` for a folder of reports, `results` for machines."""
