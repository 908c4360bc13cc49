refusal-file-empty = There is nothing in this file.
refusal-file-kind = This kind of file cannot be taken. Pictures (JPEG, PNG, WebP, GIF), PDF, text, CSV, ODT, DOCX and sound (MP3, OGG, M4A, FLAC, WAV) can.
refusal-file-broken = This picture cannot be read: it is broken or only half there.
refusal-file-large = This picture is too large to open: 25 million pixels is the most. A smaller copy will do.
