"""Papers of the work as data: forms (dabao.documents.sheet) and official letters, for print page and docx."""
