DROP TABLE undated;
