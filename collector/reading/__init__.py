"""What the web's reading processes do with an uploaded file; they import nothing of the web, to be small and quick.

prepare_process()                              # limits, once a process
open_upload(source, folder, 1, "IMG_1.HEIC")   # re-encodes it, reads its first page
read_kept(picture, folder, 2, "scan.pdf #2")   # reads a further page of a PDF
"""

from collector.reading.uploads import in_time, open_upload, prepare_process, read_kept

__all__ = ["in_time", "open_upload", "prepare_process", "read_kept"]
