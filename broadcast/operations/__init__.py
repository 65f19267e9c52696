"""Operations: one file per verb, each telling the story of that verb."""
