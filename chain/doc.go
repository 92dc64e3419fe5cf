// Package chain gets the clips of a [graph.Graph], each bought once. [Make] holds the graph against the store and plans:
// which clips are there, which are to be bought and why, and the price. [Run] does what the plan says, as much at once
// as the service allows, and no more than it says; a [Shooter] does it for one take at a time. What is promised: a
// take's question is hashed into a key, and for each key one clip is bought; what is about to be sent is on disk before
// it is, so that whatever is killed, and wherever, the next run finds the task again; where that cannot be known,
// nothing is bought and the user is told. The package talks to no network and decodes nothing itself: that is what it
// is given a [provider.Provider] and an [Inspector] for.
package chain
