"""Who can be reached where: contacts as their files say, cleaned, with every row accounted for."""
