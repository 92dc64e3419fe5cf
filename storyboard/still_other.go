//go:build !unix

package storyboard

// nonBlocking is not needed where a folder holds no FIFOs.
const nonBlocking = 0
