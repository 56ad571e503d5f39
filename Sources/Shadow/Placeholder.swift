enum ShadowModule {}
