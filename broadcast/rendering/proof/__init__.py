"""What lint proves of a written text, one question a module. Pure: text and facts in, findings out."""
