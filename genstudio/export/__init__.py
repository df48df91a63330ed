"""What a person takes along: sheets, animations, films, curves, and with each the provenance to make it again."""
