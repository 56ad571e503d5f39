"""Other people's servers, each set up to cost as little as it can, and the backend that the proxies share."""
