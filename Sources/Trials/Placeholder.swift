enum TrialsModule {}
