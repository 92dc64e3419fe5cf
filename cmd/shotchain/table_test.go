package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTablesFit holds that nothing of a table is lost for want of room but the columns that it can spare.
func TestTablesFit(t *testing.T) {
	printed := func(room int) string {
		x := newTable("SHOT", ">TOKENS", ">COST", "WHY")
		x.add("arrival/boat", "40594", "¥0.94", "never made")
		x.add("灯塔", "7", "-", "grows from arrival/boat, which is new")
		x.fit(room, "TOKENS")
		var b bytes.Buffer
		x.write(&b, nil)
		return b.String()
	}
	require.Equal(t, `SHOT          TOKENS   COST  WHY
arrival/boat   40594  ¥0.94  never made
灯塔               7      -  grows from arrival/boat, which is new
`, printed(0))
	require.Equal(t, printed(0), printed(66))
	require.Equal(t, `SHOT          TOKENS   COST
arrival/boat   40594  ¥0.94
    never made
灯塔               7      -
    grows from arrival/boat,
      which is new
`, printed(28))
	require.Equal(t, `SHOT           COST
arrival/boat  ¥0.94
    never made
灯塔              -
    grows from
      arrival/boat,
      which is new
`, printed(20))
}
