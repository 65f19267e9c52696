"""The checks of rendered texts, one question for each module. Pure: text and facts in, findings out."""
