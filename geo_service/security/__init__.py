"""What stands between the network and the routes: headers, hosts, limits."""
