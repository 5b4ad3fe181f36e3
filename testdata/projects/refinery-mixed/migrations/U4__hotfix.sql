UPDATE ferns SET id = id;
