package say

import (
	"fmt"
	"strings"
)

// maxSuggest is the longest word, in characters, that a suggestion is looked for: the search is quadratic in it.
const maxSuggest = 80

// DidYouMean is the hint that names what was probably meant, or otherwise where no candidate is near.
func DidYouMean(word string, candidates []string, otherwise string) string {
	if s := Nearest(word, candidates); s != "" {
		return fmt.Sprintf("did you mean %q?", s)
	}
	return otherwise
}

// Nearest names the candidate nearest to word, "" where none is near. Near means at most one slip in three
// characters – a letter too many, missing, wrong, or swapped with its neighbour; case does not count.
func Nearest(word string, candidates []string) string {
	w := []rune(strings.ToLower(word))
	if len(w) == 0 || len(w) > maxSuggest {
		return ""
	}
	best, limit := "", max(1, len(w)/3)+1
	for _, c := range candidates {
		r := []rune(strings.ToLower(c))
		if c == word || len(r)-len(w) >= limit || len(w)-len(r) >= limit {
			continue
		}
		if d := slips(w, r); d < limit && d < max(len(w), len(r)) {
			best, limit = c, d
		}
	}
	return best
}

// slips is the edit distance of a and b with swaps of neighbours (optimal string alignment).
func slips(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
