"""Questions in and out of the bank: a file per format, one neutral form between them (question.py).

File → ``reading.read_file`` → ``uploads.keep`` → ``judging.judged`` → ``importing.import_upload``; the other way
``exporting``. What other systems have no field for travels as tags (labels.py); what a format cannot carry is
told by its ``fit`` before anything is written.
"""
