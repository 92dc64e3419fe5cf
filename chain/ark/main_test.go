package ark

import (
	"io"
	"log"
)

// quiet is for servers that are meant to fail.
var quiet = log.New(io.Discard, "", 0)
