// Package sdktest drives the simulator with the vendor's own Go SDK, and compares what the SDK sends with what our
// client sends. It is a module of its own, so that the SDK is no dependency of the program.
package sdktest
