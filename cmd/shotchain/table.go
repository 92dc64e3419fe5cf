package main

import (
	"fmt"
	"io"
	"strings"

	"shotchain/internal/say"
)

// table is text in columns that line up on a terminal, Chinese and emoji included. The last column may be long.
type table struct {
	right map[int]bool // columns that are flush right
	rows  [][]cell
	rule  map[int]bool // rows that a blank line stands before
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

// write prints the table. colour says in which colour a cell is, "" for none.
func (t *table) write(w io.Writer, colour func(row, column int) string) {
	var width []int
	for _, row := range t.rows {
		for i, c := range row {
			if i == len(width) {
				width = append(width, 0)
			}
			width[i] = max(width[i], c.width)
		}
	}
	for r, row := range t.rows {
		var b strings.Builder
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
	}
}
