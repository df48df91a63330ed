"""Fields of forms for conditions, one file per field: chooser, sliders, image, text."""
