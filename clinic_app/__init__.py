"""The clinic server (卫生院服务器): kernel, web and one folder per subject of clinic work."""
