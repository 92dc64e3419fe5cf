package storyboard

import (
	"path/filepath"
	"strings"
)

// FormatNames lists the formats of outputs for messages.
const FormatNames = formatNames

// Format is what a file of that name is made as, "" for nothing that can be made.
func Format(name string) string { return formats[strings.ToLower(filepath.Ext(name))] }
