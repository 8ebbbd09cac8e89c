"""Where backups lie: a directory, an SFTP server, a bucket; told by settings, reached as one small interface."""
