"""What a round found, as an office passes it on: tables, pictures, the bulletin (通报) as DOCX and XLSX."""
