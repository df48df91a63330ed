"""What a person takes along: sheets, animations, films, curves, and the provenance to make them again."""
