"""The clinic's LAN (院内网): its certificates, the relay in front of the web server, who watches over both."""
