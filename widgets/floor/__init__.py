"""The dashboard's panels: each is a function of one snapshot, the moment and the room that there is."""
