"""The drop folder (投放文件夹): photos and PDFs put there become attachments (`[drop]` of node.toml)."""
