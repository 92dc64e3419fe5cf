package models

import (
	"math"
	"math/bits"
	"slices"
	"time"

	"shotchain/chain/money"
)

// Rate is the frame rate of every model's clips, in frames per second.
const Rate = 24

// million is the unit of a price: it is per million tokens, and in millionths of its currency.
const million = 1_000_000

// Frames is the number of frames of a clip of d seconds: 24·d + 1 at 24 frames per second.
func Frames(seconds int) int { return Rate*seconds + 1 }

// Tokens is what a clip of that size and length is billed: floor(width × height × (24·d + 1) / 1024).
func Tokens(s Size, seconds int) int64 { return FrameTokens(s, Frames(seconds)) }

// FrameTokens is what a clip of that size and number of frames is billed.
func FrameTokens(s Size, frames int) int64 {
	return int64(s.Width) * int64(s.Height) * int64(frames) / 1024
}

// DraftTokens is what a draft is billed of tokens, the undiscounted number of the same clip, rounded down.
func (d Drafts) DraftTokens(tokens int64, audio bool) int64 {
	share := d.Silent
	if audio {
		share = d.WithAudio
	}
	return tokens * int64(share) / 100
}

// Longest is the number of seconds that a request of that duration can come out at: the model's longest for -1.
func (m *Model) Longest(duration int) int {
	if duration < 0 {
		return m.MaxDuration
	}
	return duration
}

// Price is the price per million tokens of a clip. ok is false where the model is not sold there, or not with flex.
// flex halves it.
func (m *Model) Price(r Region, resolution string, audio, flex bool) (Price, bool) {
	offer, ok := m.Regions[r]
	if !ok || flex && !m.Flex {
		return Price{}, false
	}
	for _, p := range offer.Prices {
		if !p.holds(resolution, audio) {
			continue
		}
		if flex {
			p.PerMillion = (p.PerMillion + 1) / 2
		}
		return p, true
	}
	return Price{}, false
}

// Times is the price of a seller who charges it times a factor, rounded up; 0 is 1.
func (p Price) Times(factor float64) Price {
	if factor == 0 || factor == 1 {
		return p
	}
	p.PerMillion = int64(math.Ceil(float64(p.PerMillion)*factor - 1e-6))
	p.PerSecond = int64(math.Ceil(float64(p.PerSecond)*factor - 1e-6))
	return p
}

// holds reports whether the price is for such a clip.
func (p Price) holds(resolution string, audio bool) bool {
	return (len(p.Resolutions) == 0 || slices.Contains(p.Resolutions, resolution)) && (p.Audio == nil || *p.Audio == audio)
}

// Cost is the money for tokens, rounded up to a millionth. What does not fit is the greatest int64.
func (p Price) Cost(tokens int64) money.Amount {
	if tokens <= 0 || p.PerMillion <= 0 {
		return money.Amount{Currency: p.Currency}
	}
	hi, lo := bits.Mul64(uint64(tokens), uint64(p.PerMillion))
	lo, carry := bits.Add64(lo, million-1, 0)
	hi += carry
	if hi >= million {
		return money.Amount{Micros: math.MaxInt64, Currency: p.Currency}
	}
	cost, _ := bits.Div64(hi, lo, million)
	return money.Amount{Micros: int64(min(cost, math.MaxInt64)), Currency: p.Currency}
}

// Worst is the most that a clip of so many tokens and seconds can cost: the dearer of its price by tokens and its price
// by seconds.
func (p Price) Worst(tokens int64, seconds int) money.Amount {
	cost := p.Cost(tokens)
	cost.Micros = max(cost.Micros, p.PerSecond*int64(max(seconds, 0)))
	return cost
}

// ExpectedTime is how long a task of d seconds usually takes; for -1, of the model's longest.
func (m *Model) ExpectedTime(seconds int) time.Duration {
	return m.Expected.Base + time.Duration(m.Longest(seconds))*m.Expected.PerSecond
}

// Served reports whether the region serves the model at that time, as far as anybody knows. Where its end is unsure it
// does: a service that has it no more says so, and charges nothing.
func (o Offer) Served(at time.Time) bool { return o.Ends.IsZero() || o.Unsure || at.Before(o.Ends) }

// EndDate is the day on which the region stops serving the model, by the region's calendar; "" for no known end.
func (o Offer) EndDate(r Region) string {
	if o.Ends.IsZero() {
		return ""
	}
	return o.Ends.In(zones[r]).Format(time.DateOnly)
}
