package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"shotchain/internal/say"
)

// table is text in columns that line up on a terminal, Chinese and emoji included. The last column may be long.
type table struct {
	right map[int]bool // columns that are flush right
	rows  [][]cell
	rule  map[int]bool // rows that a blank line stands before
	room  int          // columns that lines have; 0 is any number
	below bool         // the last column stands on lines of its own, for want of room
}

// cell is a piece of clean text and how many columns it takes.
type cell struct {
	text  string
	width int
}

func newTable(heads ...string) *table {
	t := &table{right: map[int]bool{}, rule: map[int]bool{}}
	for i, h := range heads {
		if strings.HasPrefix(h, ">") {
			heads[i], t.right[i] = h[1:], true
		}
	}
	t.add(heads...)
	return t
}

// columnsOf is the width of clean text on a terminal.
func columnsOf(s string) int {
	if say.Plain(s) {
		return len(s)
	}
	return say.Width(s)
}

// add appends a row; what is in it is cleaned.
func (t *table) add(cells ...string) {
	row := make([]cell, len(cells))
	for i, c := range cells {
		c = say.Clean(c)
		row[i] = cell{c, columnsOf(c)}
	}
	t.rows = append(t.rows, row)
}

// fit makes the table fit into lines of so many columns, 0 for any number: the last column goes below its row, then the
// table goes without those that it can spare, one after the other.
func (t *table) fit(room int, spare ...string) {
	t.room = room
	if room == 0 || t.columns() <= room {
		return
	}
	t.below = true
	for _, head := range spare {
		if t.columns() > room {
			t.without(slices.IndexFunc(t.rows[0], func(c cell) bool { return c.text == head }))
		}
	}
}

// columns are those of its lines.
func (t *table) columns() int {
	width := t.widths()
	if t.below {
		width = width[:len(width)-1]
	}
	n := 2 * (len(width) - 1)
	for _, w := range width {
		n += w
	}
	return n
}

// without takes a column away.
func (t *table) without(column int) {
	for r := range t.rows {
		t.rows[r] = slices.Delete(t.rows[r], column, column+1)
	}
	right := map[int]bool{}
	for i := range t.right {
		if i < column {
			right[i] = true
		} else if i > column {
			right[i-1] = true
		}
	}
	t.right = right
}

// widths are those of the columns.
func (t *table) widths() (width []int) {
	for _, row := range t.rows {
		for i, c := range row {
			if i == len(width) {
				width = append(width, 0)
			}
			width[i] = max(width[i], c.width)
		}
	}
	return width
}

// write prints the table. colour says in which colour a cell is, "" for none.
func (t *table) write(w io.Writer, colour func(row, column int) string) {
	width := t.widths()
	for r, row := range t.rows {
		var b strings.Builder
		last := ""
		if t.below {
			last, row = row[len(row)-1].text, row[:len(row)-1]
		}
		for i, at := range row {
			c, pad := at.text, strings.Repeat(" ", width[i]-at.width)
			if colour != nil && r > 0 {
				if sgr := colour(r, i); sgr != "" {
					c = paint(true, sgr, c)
				}
			}
			if t.right[i] {
				c = pad + c
			} else {
				c += pad
			}
			if i > 0 {
				b.WriteString("  ")
			}
			b.WriteString(c)
		}
		if t.rule[r] {
			fmt.Fprintln(w)
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
		if last != "" && r > 0 {
			fmt.Fprint(w, wrapped("    ", last, t.room))
		}
	}
}
