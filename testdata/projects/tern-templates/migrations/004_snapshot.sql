{{ install_snapshot "v2" }}
