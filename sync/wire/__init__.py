"""What a clinic and the county must compute alike: canonical rows, hashes, the hybrid clock. All pure."""
